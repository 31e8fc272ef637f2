import type { CollisionDetection, KeyboardCoordinateGetter } from "@dnd-kit/core";

/** The place whose upper edge is nearest: cards are of very different heights, so their middles say little. */
export const nearestTop: CollisionDetection = ({ collisionRect, droppableContainers, droppableRects }) =>
  droppableContainers
    .flatMap(({ id }) => {
      const rect = droppableRects.get(id);
      return rect ? [{ id, data: { value: Math.abs(rect.top - collisionRect.top) } }] : [];
    })
    .sort((one, other) => one.data.value - other.data.value);

/** Arrow keys go from place to place. */
export const stepPlaces =
  (ids: string[]): KeyboardCoordinateGetter =>
  (event, { currentCoordinates, context: { active, over, droppableRects } }) => {
    const step = event.code === "ArrowDown" ? 1 : event.code === "ArrowUp" ? -1 : 0;
    if (!step || !active) return;
    event.preventDefault();
    const next = ids[ids.indexOf(String(over?.id ?? active.id)) + step];
    const rect = next === undefined ? undefined : droppableRects.get(next);
    return rect && { x: currentCoordinates.x, y: rect.top };
  };
