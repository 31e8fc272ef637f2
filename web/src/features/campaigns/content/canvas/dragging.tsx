import { type Announcements, DndContext, DragOverlay, KeyboardSensor, PointerSensor, useDndContext, useSensor, useSensors } from "@dnd-kit/core";
import { Tag } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Place } from "../model/tree";
import { type Dragged, nearestGap, nextGap } from "./drag";
import { SIGNS } from "./kinds";
import type { Blocks } from "./use-blocks";

interface Props {
  blocks: Blocks;
  children: ReactNode;
}

/** Lets blocks be dragged within, with the mouse and with the keyboard. */
export function Dragging({ blocks, children }: Props) {
  const { t } = useTranslation("campaigns");
  const sensors = useSensors(
    useSensor(PointerSensor, { activationConstraint: { distance: 5 } }),
    useSensor(KeyboardSensor, { coordinateGetter: nextGap }),
  );
  const named = (data: unknown) => t(`block.${(data as Dragged).kind}`);
  const where = (place: Place | undefined) => (!place ? "" : place.parent ? t("drag.column", { column: place.column + 1, position: place.index + 1 }) : t("drag.position", { position: place.index + 1 }));
  const announcements: Announcements = {
    onDragStart: ({ active }) => t("drag.start", { kind: named(active.data.current) }),
    onDragOver: ({ over }) => where(over?.data.current?.place as Place | undefined),
    onDragEnd: ({ over }) => (over ? t("drag.end", { where: where(over.data.current?.place as Place | undefined) }) : t("drag.cancel")),
    onDragCancel: () => t("drag.cancel"),
  };
  return (
    <DndContext
      sensors={sensors}
      collisionDetection={nearestGap}
      accessibility={{ announcements, screenReaderInstructions: { draggable: t("drag.how") } }}
      onDragEnd={({ active, over }) => {
        const dragged = active.data.current as Dragged;
        const place = over?.data.current?.place as Place | undefined;
        if (!place) return;
        if (dragged.from === "canvas") blocks.move(dragged.id, place);
        else blocks.add(dragged.kind, place);
      }}
    >
      {children}
      <Shadow />
    </DndContext>
  );
}

function Shadow() {
  const { t } = useTranslation("campaigns");
  const { active } = useDndContext();
  const dragged = active?.data.current as Dragged | undefined;
  return <DragOverlay dropAnimation={null}>{dragged && <Tag color="processing" icon={SIGNS[dragged.kind]} style={{ fontSize: 13, padding: "4px 10px" }}>{t(`block.${dragged.kind}`)}</Tag>}</DragOverlay>;
}
