import { DndContext, KeyboardSensor, PointerSensor, useSensor, useSensors } from "@dnd-kit/core";
import { SortableContext, arrayMove, verticalListSortingStrategy } from "@dnd-kit/sortable";
import { PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Flex, Input, Segmented, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import type { RuleCatalog } from "@shared/rules/catalog";
import type { RuleNote } from "@shared/rules/editor-context";
import { type Content, LONGEST_VALUE, type Level, MOST_LEVELS, type ValueType, mistakeOf, newLevel, wireValue } from "../model/definition";
import type { Part } from "../model/selection";
import { LevelCard } from "./level-card";
import { nearestTop, stepPlaces } from "./level-drag";
import type { useLevelsCheck } from "./use-levels-check";
import type { Preview } from "./use-preview";

interface Props {
  content: Content;
  onChange: (part: Partial<Content>) => void;
  catalog: RuleCatalog;
  check: ReturnType<typeof useLevelsCheck>;
  preview: Preview | undefined;
  isCurrent: boolean;
  /** The type of the values stays as it was created. */
  isNew: boolean;
  isStrict: boolean;
  onOpen: (part: Part) => void;
}

const NONE: never[] = [];

/** The values in the order in which they are tried. */
export function LevelsEditor({ content, onChange, catalog, check, preview, isCurrent, isNew, isStrict, onOpen }: Props) {
  const { t } = useTranslation("tags");
  const formats = useFormats();
  const { levels, otherwise, valueType } = content;
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(levels.length <= 3 ? levels.map((level) => level.id) : levels.slice(0, 1).map((level) => level.id)));
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 4 } }), useSensor(KeyboardSensor, { coordinateGetter: stepPlaces(levels.map((level) => level.id)) }));
  const write = (next: Level[]) => onChange({ levels: next });
  const place = (id: string | number) => levels.findIndex((level) => level.id === id);
  const move = (from: number, to: number) => {
    if (from !== to && levels[from] && levels[to]) write(arrayMove(levels, from, to));
  };
  const add = (level: Level, at = levels.length) => {
    write([...levels.slice(0, at), level, ...levels.slice(at)]);
    setOpen((now) => new Set(now).add(level.id));
  };
  const toggle = (id: string) =>
    setOpen((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const counts = new Map((preview?.top ?? []).map((entry) => [entry.value, entry.people]));
  const peopleOf = (typed: string) => (preview && mistakeOf(typed, valueType) === null ? (counts.get(wireValue(typed, valueType)) ?? (isCurrent ? 0 : null)) : null);
  const notesOf = (index: number): RuleNote[] => {
    const start = `levels[${index}].rule`;
    const found = isCurrent ? (preview?.notes ?? NONE).filter((note) => note.path === start || note.path.startsWith(`${start}.`)) : NONE;
    return found.map((note) => ({ ...note, path: note.path.slice(start.length + 1) }));
  };
  const nameOf = (id: string | number) => levels[place(id)]?.value.trim() || t("levels.numbered", { number: place(id) + 1 });
  const otherwiseMistake = otherwise === null ? null : mistakeOf(otherwise, valueType);
  const isOtherwiseWrong = otherwiseMistake !== null && (isStrict || otherwiseMistake !== "blank");
  const otherwisePeople = otherwise === null ? null : peopleOf(otherwise);
  const allOpen = levels.every((level) => open.has(level.id));

  return (
    <Flex vertical gap={8}>
      <Flex gap={12} align="center" justify="space-between" wrap>
        <Typography.Text type="secondary" style={{ flex: 1, minWidth: 260 }}>{t("levels.lead")}</Typography.Text>
        {isNew && (
          <Segmented<ValueType>
            size="small"
            value={valueType}
            aria-label={t("levels.type")}
            options={(["text", "number"] as const).map((type) => ({ value: type, label: t(`levels.types.${type}`) }))}
            onChange={(type) => onChange({ valueType: type })}
          />
        )}
        {levels.length > 1 && <Button size="small" type="text" onClick={() => setOpen(new Set(allOpen ? [] : levels.map((level) => level.id)))}>{t(allOpen ? "levels.closeAll" : "levels.openAll")}</Button>}
      </Flex>
      <DndContext
        sensors={sensors}
        collisionDetection={nearestTop}
        accessibility={{
          screenReaderInstructions: { draggable: t("levels.drag.how") },
          announcements: {
            onDragStart: ({ active }) => t("levels.drag.lifted", { name: nameOf(active.id) }),
            onDragOver: ({ over }) => (over ? t("levels.drag.over", { number: place(over.id) + 1 }) : undefined),
            onDragEnd: ({ active, over }) => (over ? t("levels.drag.dropped", { name: nameOf(active.id), number: place(over.id) + 1 }) : t("levels.drag.cancelled")),
            onDragCancel: () => t("levels.drag.cancelled"),
          },
        }}
        onDragEnd={({ active, over }) => over && move(place(active.id), place(over.id))}
      >
        <SortableContext items={levels.map((level) => level.id)} strategy={verticalListSortingStrategy}>
          {levels.map((level, index) => (
            <LevelCard
              key={level.id}
              level={level}
              index={index}
              count={levels.length}
              valueType={valueType}
              catalog={catalog}
              notes={notesOf(index)}
              people={peopleOf(level.value)}
              isStale={!isCurrent}
              isOpen={open.has(level.id)}
              isStrict={isStrict}
              actions={{
                change: (part) => write(levels.map((each) => (each.id === level.id ? { ...each, ...part } : each))),
                move: (by) => move(index, index + by),
                duplicate: () => add(newLevel(level.value, level.rule), index + 1),
                remove: () => write(levels.filter((each) => each.id !== level.id)),
                toggle: () => toggle(level.id),
                tell: check.tell,
                openPeople: () => onOpen({ kind: "value", value: wireValue(level.value, valueType) }),
              }}
            />
          ))}
        </SortableContext>
      </DndContext>
      <div>
        <Button type="dashed" icon={<PlusOutlined aria-hidden />} disabled={levels.length >= MOST_LEVELS} onClick={() => add(newLevel())}>{t("levels.add")}</Button>
        {levels.length >= MOST_LEVELS && <Typography.Text type="secondary"> {t("levels.full", { count: MOST_LEVELS })}</Typography.Text>}
      </div>
      <div className="tag-level tag-otherwise">
        <div className="tag-level-head">
          <Checkbox checked={otherwise !== null} onChange={(event) => onChange({ otherwise: event.target.checked ? "" : null })}>{t("levels.otherwise")}</Checkbox>
          {otherwise === null ? (
            <Typography.Text type="secondary" className="tag-level-words">{t("levels.otherwiseNone")}</Typography.Text>
          ) : (
            <>
              <Input
                value={otherwise}
                maxLength={LONGEST_VALUE}
                className="tag-level-value"
                aria-label={t("levels.otherwiseValue")}
                placeholder={t("levels.otherwisePlaceholder")}
                aria-invalid={isOtherwiseWrong}
                {...(isOtherwiseWrong ? { status: "error" as const } : {})}
                onChange={(event) => onChange({ otherwise: event.target.value })}
              />
              <span className="tag-level-words">{isOtherwiseWrong && <Typography.Text type="danger" role="alert">{t(`levels.mistake.${otherwiseMistake}`)}</Typography.Text>}</span>
              {otherwisePeople !== null && (
                <Button type="text" size="small" className="numeric" disabled={otherwisePeople === 0} style={{ opacity: isCurrent ? 1 : 0.5 }} aria-label={t("spread.openNamed", { name: otherwise, count: otherwisePeople, shown: formats.number(otherwisePeople) })} onClick={() => onOpen({ kind: "value", value: wireValue(otherwise, valueType) })}>
                  {t("levels.people", { count: otherwisePeople, shown: formats.number(otherwisePeople) })}
                </Button>
              )}
            </>
          )}
        </div>
      </div>
    </Flex>
  );
}
