import { useDndContext, useDroppable } from "@dnd-kit/core";
import { theme } from "antd";
import type { Block } from "../model/block";
import { type Place, fits } from "../model/tree";
import { type Dragged, gapId } from "./drag";

interface Props {
  blocks: readonly Block[];
  place: Place;
  /** What to say while there is nothing else in the list. */
  hint?: string;
}

/** Where a block can be dropped: a line that shows while something is over it. */
export function Gap({ blocks, place, hint }: Props) {
  const { token } = theme.useToken();
  const { active } = useDndContext();
  const dragged = active?.data.current as Dragged | undefined;
  const isPossible = dragged !== undefined && fits(blocks, dragged.kind, place) && !(dragged.from === "canvas" && dragged.id === place.parent);
  const { setNodeRef, isOver } = useDroppable({ id: gapId(place), data: { place }, disabled: !isPossible });
  if (hint)
    return (
      <div
        ref={setNodeRef}
        style={{ margin: 8, padding: "18px 8px", textAlign: "center", fontSize: 12, color: "#6b7280", border: `1px dashed ${isOver ? token.colorPrimary : "#b6bcc4"}`, borderRadius: 6, background: isOver ? token.colorPrimaryBg : undefined }}
      >
        {hint}
      </div>
    );
  return (
    <div ref={setNodeRef} style={{ height: 0, position: "relative" }}>
      <div style={{ position: "absolute", insetInline: 8, top: -2, height: 4, borderRadius: 2, background: isOver ? token.colorPrimary : "transparent", zIndex: 3 }} />
    </div>
  );
}
