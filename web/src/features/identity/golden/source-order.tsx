import { DndContext, KeyboardSensor, PointerSensor, closestCenter, useSensor, useSensors } from "@dnd-kit/core";
import { SortableContext, sortableKeyboardCoordinates, verticalListSortingStrategy } from "@dnd-kit/sortable";
import { Flex, Select, Typography } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { useSources } from "@shared/names/sources";
import { moved } from "../rules/model";
import { SourceRow } from "./source-row";
import { useOffered } from "./use-words";

interface Props {
  /** Best first. */
  ids: string[];
  onChange: (ids: string[]) => void;
}

/** Which source is believed before which, ordered by dragging or with the keyboard. */
export function SourceOrder({ ids, onChange }: Props) {
  const { t } = useTranslation("identity");
  const title = useId();
  const { nameOf } = useSources();
  const offered = useOffered();
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }), useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }));
  const place = (id: string | number) => ids.indexOf(String(id));
  const move = (from: number, to: number) => onChange(moved(ids, from, to));
  const rest = offered.filter((source) => !ids.includes(source.id));
  return (
    <section aria-labelledby={title}>
      <Typography.Text strong id={title}>{t("golden.order.title")}</Typography.Text>
      <Typography.Paragraph type="secondary" style={{ marginBottom: 8, fontSize: 12 }}>{t("golden.order.hint")}</Typography.Paragraph>
      <DndContext
        sensors={sensors}
        collisionDetection={closestCenter}
        accessibility={{
          screenReaderInstructions: { draggable: t("waterfall.drag.how") },
          announcements: {
            onDragStart: ({ active }) => t("waterfall.drag.lifted", { name: nameOf(String(active.id)) }),
            onDragOver: ({ over }) => (over ? t("waterfall.drag.over", { number: place(over.id) + 1 }) : undefined),
            onDragEnd: ({ active, over }) => (over ? t("waterfall.drag.dropped", { name: nameOf(String(active.id)), number: place(over.id) + 1 }) : t("waterfall.drag.cancelled")),
            onDragCancel: () => t("waterfall.drag.cancelled"),
          },
        }}
        onDragEnd={({ active, over }) => over && over.id !== active.id && move(place(active.id), place(over.id))}
      >
        <SortableContext items={ids} strategy={verticalListSortingStrategy}>
          <ol className="identity-steps identity-order">
            {ids.map((id, index) => (
              <SourceRow key={id} id={id} name={nameOf(id)} index={index} count={ids.length} onMove={(by) => move(index, index + by)} onRemove={() => onChange(ids.filter((each) => each !== id))} />
            ))}
          </ol>
        </SortableContext>
      </DndContext>
      <Flex vertical gap={4} style={{ marginTop: 8 }}>
        {rest.length > 0 && (
          <Select
            aria-label={t("golden.order.add")}
            placeholder={t("golden.order.add")}
            value={null}
            showSearch={{ optionFilterProp: "label" }}
            options={rest.map((source) => ({ value: source.id, label: source.name }))}
            onChange={(id: string | null) => id !== null && onChange([...ids, id])}
          />
        )}
        {ids.length === 0 && <Typography.Text type="danger" role="alert">{t("golden.order.none")}</Typography.Text>}
      </Flex>
    </section>
  );
}
