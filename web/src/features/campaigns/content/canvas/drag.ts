import { type Collision, type CollisionDetection, KeyboardCode, type KeyboardCoordinateGetter } from "@dnd-kit/core";
import type { Kind } from "../model/block";
import type { Place } from "../model/tree";

/** What is dragged: a block that is there, or a new one from the palette. */
export type Dragged = { from: "canvas"; id: string; kind: Kind } | { from: "palette"; kind: Kind };

export const gapId = ({ parent, column, index }: Place) => `gap:${parent ?? ""}:${column}:${index}`;

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const away = (x: number, y: number, box: Box) =>
  Math.hypot(Math.max(box.left - x, 0, x - box.right), 2 * Math.max(box.top - y, 0, y - box.bottom));

/** The gap that is nearest to the pointer; of two as near, the one inside a column. */
export const nearestGap: CollisionDetection = ({ pointerCoordinates, collisionRect, droppableContainers, droppableRects }) => {
  const x = pointerCoordinates?.x ?? collisionRect.left + collisionRect.width / 2;
  const y = pointerCoordinates?.y ?? collisionRect.top + collisionRect.height / 2;
  const found: (Collision & { distance: number; width: number })[] = [];
  for (const container of droppableContainers) {
    const rect = droppableRects.get(container.id);
    if (rect && !container.disabled) found.push({ id: container.id, data: { droppableContainer: container }, distance: away(x, y, rect), width: rect.width });
  }
  return found.sort((a, b) => a.distance - b.distance || a.width - b.width);
};

/** With the keyboard: from gap to gap, in reading order. */
export const nextGap: KeyboardCoordinateGetter = (event, { context: { active, over, droppableContainers, droppableRects, collisionRect } }) => {
  const by = { [KeyboardCode.Down]: 1, [KeyboardCode.Right]: 1, [KeyboardCode.Up]: -1, [KeyboardCode.Left]: -1 }[event.code];
  if (by === undefined || !active || !collisionRect) return undefined;
  event.preventDefault();
  const gaps = droppableContainers
    .getEnabled()
    .map((each) => ({ id: each.id, rect: droppableRects.get(each.id) }))
    .filter((each) => each.rect !== undefined)
    .sort((a, b) => (a.rect?.left ?? 0) - (b.rect?.left ?? 0) && Math.abs((a.rect?.top ?? 0) - (b.rect?.top ?? 0)) < 4 ? (a.rect?.left ?? 0) - (b.rect?.left ?? 0) : (a.rect?.top ?? 0) - (b.rect?.top ?? 0));
  const at = gaps.findIndex((each) => each.id === over?.id);
  const rect = gaps[Math.min(Math.max(at + by, 0), gaps.length - 1)]?.rect;
  if (!rect) return undefined;
  return { x: rect.left + rect.width / 2 - collisionRect.width / 2, y: rect.top + rect.height / 2 - collisionRect.height / 2 };
};
