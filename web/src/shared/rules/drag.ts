import { type CollisionDetection, type DroppableContainer, KeyboardCode, type KeyboardCoordinateGetter } from "@dnd-kit/core";
import { type GroupNode, findNode } from "./draft";

/** A place between two conditions of a group, where another one can be put. */
export interface SlotData {
  groupId: string;
  index: number;
}

export const slotId = (groupId: string, index: number) => `${groupId}:${index}`;

export const slotOf = (data: unknown): SlotData | undefined => data as SlotData | undefined;

/** Whether a node may go there: not into itself. */
export function isFree(root: GroupNode, nodeId: string, slot: SlotData | undefined): boolean {
  const node = findNode(root, nodeId);
  return slot !== undefined && node !== undefined && !findNode(node, slot.groupId);
}

/** The slot that is nearest to the pointer, or to the middle of what is moved with the keyboard. */
export const nearestSlot =
  (root: GroupNode): CollisionDetection =>
  ({ active, collisionRect, pointerCoordinates, droppableContainers, droppableRects }) => {
    const y = pointerCoordinates?.y ?? collisionRect.top + collisionRect.height / 2;
    const found = droppableContainers
      .filter((container) => isFree(root, String(active.id), slotOf(container.data.current)))
      .flatMap((container) => {
        const rect = droppableRects.get(container.id);
        return rect ? [{ id: container.id, data: { droppableContainer: container, value: Math.abs(rect.top + rect.height / 2 - y) } }] : [];
      });
    return found.sort((one, other) => one.data.value - other.data.value).slice(0, 1);
  };

/** With the arrow keys from slot to slot, in the order of the page. */
export const stepSlots =
  (root: GroupNode): KeyboardCoordinateGetter =>
  (event, { context: { active, over, collisionRect, droppableContainers, droppableRects } }) => {
    const direction = event.code === KeyboardCode.Down ? 1 : event.code === KeyboardCode.Up ? -1 : 0;
    if (!direction || !active || !collisionRect) return undefined;
    event.preventDefault();
    const topOf = (container: DroppableContainer) => droppableRects.get(container.id)?.top ?? 0;
    const slots = droppableContainers
      .getEnabled()
      .filter((container) => isFree(root, String(active.id), slotOf(container.data.current)))
      .sort((one, other) => topOf(one) - topOf(other));
    const middle = collisionRect.top + collisionRect.height / 2;
    const at = slots.findIndex((container) => container.id === over?.id);
    const next = at < 0 ? slots.find((container) => (topOf(container) - middle) * direction > 0) : slots[at + direction];
    const rect = next && droppableRects.get(next.id);
    return rect ? { x: rect.left, y: rect.top + rect.height / 2 - collisionRect.height / 2 } : undefined;
  };
