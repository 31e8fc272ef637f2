import { DeleteOutlined, DownOutlined, HolderOutlined, MoreOutlined, RightOutlined } from "@ant-design/icons";
import { useSortable } from "@dnd-kit/sortable";
import { CSS } from "@dnd-kit/utilities";
import { Button, Dropdown, Input, Tooltip, Typography } from "antd";
import { type KeyboardEvent, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import type { RuleCatalog } from "@shared/rules/catalog";
import { useRuleCheck } from "@shared/rules/check";
import type { RuleNote } from "@shared/rules/editor-context";
import { RuleEditor } from "@shared/rules/rule-editor";
import { ProblemView } from "@shared/ui/problem-view";
import { LONGEST_VALUE, type Level, type ValueType, mistakeOf } from "../model/definition";
import { isEmptyRule } from "./still-open";
import type { LevelCheck } from "./use-levels-check";

export interface LevelActions {
  change: (part: Partial<Level>) => void;
  move: (by: -1 | 1) => void;
  duplicate: () => void;
  remove: () => void;
  toggle: () => void;
  tell: (id: string, check: LevelCheck) => void;
  openPeople: () => void;
}

interface Props {
  level: Level;
  index: number;
  count: number;
  valueType: ValueType;
  catalog: RuleCatalog;
  notes: readonly RuleNote[];
  /** Who gets this value; null while that is not known. */
  people: number | null;
  isStale: boolean;
  isOpen: boolean;
  isStrict: boolean;
  actions: LevelActions;
}

/** One value and the rule of who gets it. */
export function LevelCard({ level, index, count, valueType, catalog, notes, people, isStale, isOpen, isStrict, actions }: Props) {
  const { t } = useTranslation("tags");
  const formats = useFormats();
  const { setNodeRef, setActivatorNodeRef, listeners, transform, transition, isDragging, attributes: { role: _role, ...attributes } } = useSortable({ id: level.id });
  const check = useRuleCheck(level.rule);
  const { isCurrent, problems, sentence } = check;
  const { tell } = actions;
  useEffect(() => {
    if (isCurrent) tell(level.id, { rule: level.rule, problems, sentence });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the answer belongs to the rule
  }, [isCurrent, level.id, level.rule, problems.length, sentence, tell]);

  const mistake = mistakeOf(level.value, valueType);
  const isWrong = mistake !== null && (isStrict || mistake !== "blank");
  const name = level.value.trim() || t("levels.numbered", { number: index + 1 });
  const onHandleKey = (event: KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    actions.move(event.key === "ArrowUp" ? -1 : 1);
  };
  const menu = [
    { key: "up", label: t("levels.up"), disabled: index === 0, onClick: () => actions.move(-1) },
    { key: "down", label: t("levels.down"), disabled: index === count - 1, onClick: () => actions.move(1) },
    { key: "duplicate", label: t("levels.duplicate"), onClick: actions.duplicate },
  ];
  return (
    <section
      ref={setNodeRef}
      className="tag-level"
      data-dragging={isDragging || undefined}
      aria-label={name}
      style={{ transform: CSS.Translate.toString(transform), transition }}
    >
      <div className="tag-level-head">
        <Tooltip title={t("levels.handleHint")}>
          <Button
            type="text"
            size="small"
            ref={setActivatorNodeRef}
            className="tag-handle"
            icon={<HolderOutlined aria-hidden />}
            {...attributes}
            {...listeners}
            aria-label={t("levels.handle", { name })}
            onKeyDown={(event) => {
              onHandleKey(event);
              if (!event.defaultPrevented) (listeners?.onKeyDown as ((event: KeyboardEvent) => void) | undefined)?.(event);
            }}
          />
        </Tooltip>
        <span className="tag-level-number numeric">{index + 1}</span>
        <Input
          value={level.value}
          maxLength={LONGEST_VALUE}
          className="tag-level-value"
          placeholder={t(`levels.placeholder.${valueType}`)}
          aria-label={t("levels.valueOf", { number: index + 1 })}
          aria-invalid={isWrong}
          {...(isWrong ? { status: "error" as const } : {})}
          onChange={(event) => actions.change({ value: event.target.value })}
        />
        <span className="tag-level-words" title={sentence ?? undefined}>
          {isWrong ? <Typography.Text type="danger" role="alert">{t(`levels.mistake.${mistake}`)}</Typography.Text> : !isOpen && <Typography.Text type="secondary">{(isEmptyRule(level.rule) ? null : sentence) ?? t("levels.unfinished")}</Typography.Text>}
        </span>
        {people !== null && (
          <Tooltip title={t("levels.peopleHint")}>
            <Button type="text" size="small" className="numeric" style={{ opacity: isStale ? 0.5 : 1 }} disabled={people === 0} aria-label={t("spread.openNamed", { name, count: people, shown: formats.number(people) })} onClick={actions.openPeople}>
              {t("levels.people", { count: people, shown: formats.number(people) })}
            </Button>
          </Tooltip>
        )}
        <Button
          type="text"
          size="small"
          icon={isOpen ? <DownOutlined aria-hidden /> : <RightOutlined aria-hidden />}
          aria-expanded={isOpen}
          aria-label={t(isOpen ? "levels.close" : "levels.open", { name })}
          onClick={actions.toggle}
        />
        <Dropdown trigger={["click"]} menu={{ items: menu }}>
          <Button type="text" size="small" icon={<MoreOutlined aria-hidden />} aria-label={t("levels.more", { name })} />
        </Dropdown>
        <Tooltip title={t("levels.remove")}>
          <Button type="text" size="small" icon={<DeleteOutlined aria-hidden />} aria-label={t("levels.removeNamed", { name })} disabled={count === 1} onClick={actions.remove} />
        </Tooltip>
      </div>
      {isOpen && (
        <div className="tag-level-rule">
          <RuleEditor value={level.rule} onChange={(rule) => actions.change({ rule })} catalog={catalog} problems={problems} notes={notes} isStrict={isStrict} />
          {isEmptyRule(level.rule) ? (
            <Typography.Text type={isStrict ? "danger" : "secondary"} style={{ fontSize: 12 }} {...(isStrict ? { role: "alert" } : {})}>{t("levels.empty")}</Typography.Text>
          ) : (
            <Typography.Text type="secondary" style={{ fontSize: 12 }} aria-live="polite">{sentence ?? t("levels.unfinished")}</Typography.Text>
          )}
          {check.error ? <ProblemView problem={check.error} onRetry={check.retry} /> : null}
        </div>
      )}
      {!isOpen && problems.length > 0 && isCurrent && (
        <Typography.Text type="danger" style={{ fontSize: 12, paddingInlineStart: 62 }}>{t("editor.open", { count: problems.length })}</Typography.Text>
      )}
    </section>
  );
}
