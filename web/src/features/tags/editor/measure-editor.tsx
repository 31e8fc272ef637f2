import { CloseCircleOutlined, WarningOutlined } from "@ant-design/icons";
import { Button, Form, Select, Typography } from "antd";
import { type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { RuleCatalog } from "@shared/rules/catalog";
import { useChoices } from "@shared/rules/choices";
import { groupOf } from "@shared/rules/draft";
import { type Editor, EditorContext, type Mark, type RuleNote, type RuleProblem } from "@shared/rules/editor-context";
import { FieldPick } from "@shared/rules/field-pick";
import { AddFilter, Filters } from "@shared/rules/filters";
import { getPart, isBlank, setPart } from "@shared/rules/parts";
import { isAt } from "@shared/rules/paths";
import "@shared/rules/rule-editor.css";
import type { EventLeaf, EventRule, Leaf } from "@shared/rules/wire";
import { WindowInput } from "@shared/rules/window-input";
import { FUNCTIONS, type Measure, type MeasureFunction, type ValueType, takesProperty } from "../model/definition";
import { fitMeasure, resultOf, typesOf } from "../model/measure";

interface Props {
  measure: Measure;
  onChange: (measure: Measure, valueType: ValueType | null) => void;
  catalog: RuleCatalog;
  /** The type of the values stays as it was created; null for a new tag. */
  fixedType: ValueType | null;
  /** What the server says is wrong. */
  mistake: RuleProblem | null;
  notes: readonly RuleNote[];
  isStrict: boolean;
}

const START = "measure.";

/** One number or word out of somebody's events: of which event, what of it, and when. */
export function MeasureEditor({ measure, onChange, catalog, fixedType, mistake, notes, isStrict }: Props) {
  const { t } = useTranslation("tags");
  const choices = useChoices(catalog);
  const write = (next: Measure) => {
    const fitted = fitMeasure(next, catalog, fixedType);
    onChange(fitted, resultOf(fitted, catalog));
  };
  const own = (items: readonly RuleProblem[]) => items.filter((each) => each.path.startsWith(START)).map((each) => ({ ...each, part: each.path.slice(START.length) }));
  const found = mistake ? own([mistake]).filter((each) => isStrict || !isBlank(getPart(measure, each.part))) : [];
  const remarks = notes.filter((note) => note.path.startsWith(START)).map((note) => ({ ...note, part: note.path.slice(START.length) }));
  const missing = (part: "event" | "property") => isStrict && !measure[part];
  const mark = (part: string): Mark => {
    if (found.some((each) => isAt(each.part, part)) || ((part === "event" || part === "property") && missing(part))) return "error";
    return remarks.some((each) => isAt(each.part, part)) ? "warning" : undefined;
  };
  const words = (...parts: string[]): ReactNode => {
    const here = (each: { part: string }) => parts.some((part) => isAt(each.part, part));
    const said = [
      ...found.filter(here).map((each) => <Typography.Text key={each.path} type="danger" role="alert"><CloseCircleOutlined aria-hidden /> {each.message} {each.cure}</Typography.Text>),
      ...remarks.filter(here).map((each) => (
        <Typography.Text key={each.path + each.message} type="warning">
          <WarningOutlined aria-hidden /> {each.message}
          {each.suggestions.map((name) => <Button key={name} type="link" size="small" onClick={() => write(setPart(measure, each.part, name))}>{t("measure.use", { name })}</Button>)}
        </Typography.Text>
      )),
    ];
    return said.length ? <div className="tag-remarks">{said}</div> : null;
  };

  const scope: EventRule = { kind: "event", event: measure.event, ...(measure.where ? { where: measure.where } : {}), ...(measure.match ? { match: measure.match } : {}) };
  const writeScope = (leaf: Leaf) => {
    const next = leaf as EventLeaf; // what the filters of events give back
    const { where: _where, match: _match, ...rest } = measure;
    write({ ...rest, ...(next.where?.length ? { where: next.where } : {}), ...(next.match ? { match: next.match } : {}) });
  };
  // The filters are those of the rule editor, which asks its surroundings for the catalogue.
  const surroundings = useMemo<Editor>(() => {
    const none = new Map();
    return { root: groupOf("all", []), catalog, apply: () => {}, problems: none, notes: none, steps: none, isStrict, isStale: false, clip: null, copy: () => {} };
  }, [catalog, isStrict]);
  const properties = choices.properties(measure.event, typesOf(measure.function, catalog, fixedType));
  const isPossible = (name: MeasureFunction) => typesOf(name, catalog, fixedType).length > 0 || (name === "count" && fixedType !== "text");

  return (
    <EditorContext value={surroundings}>
      <Form layout="vertical" component="div" className="tag-measure rule-editor">
        <Form.Item label={t("measure.event")} extra={words("event")} required {...(missing("event") ? { validateStatus: "error" as const, help: t("measure.missesEvent") } : {})}>
          <FieldPick value={measure.event} groups={[choices.events()]} label={t("measure.event")} placeholder={t("measure.chooseEvent")} mark={mark("event")} minWidth={260} onChoose={(event) => write({ ...measure, event })} />
        </Form.Item>
        <Form.Item label={t("measure.function")} extra={words("function")}>
          <Select<MeasureFunction>
            value={measure.function}
            aria-label={t("measure.function")}
            style={{ minWidth: 220 }}
            popupMatchSelectWidth={360}
            options={FUNCTIONS.filter(isPossible).map((name) => ({ value: name, label: t(`measure.functions.${name}`) }))}
            optionRender={({ value }) => (
              <span>
                {t(`measure.functions.${value as MeasureFunction}`)} <Typography.Text type="secondary" style={{ fontSize: 12 }}>{t(`measure.hints.${value as MeasureFunction}`)}</Typography.Text>
              </span>
            )}
            onChange={(name) => write({ ...measure, function: name })}
          />
        </Form.Item>
        {takesProperty(measure.function) && (
          <Form.Item
            label={t("measure.property")}
            required
            extra={words("property") ?? (measure.event && properties.choices.length === 0 ? t("measure.noProperties") : undefined)}
            {...(missing("property") ? { validateStatus: "error" as const, help: t("measure.missesProperty") } : {})}
          >
            <FieldPick value={measure.property ?? null} groups={[properties]} label={t("measure.property")} placeholder={t("measure.chooseProperty")} mark={mark("property")} minWidth={220} onChoose={(property) => write({ ...measure, property })} />
          </Form.Item>
        )}
        <Form.Item label={t("measure.when")} extra={words("window")}>
          <div className="rule-sentence">
            <WindowInput
              value={measure.window}
              catalog={catalog}
              mark={mark}
              onChange={(window) => {
                const { window: _before, ...rest } = measure;
                write(window ? { ...rest, window } : rest);
              }}
            />
          </div>
        </Form.Item>
        <Form.Item label={t("measure.only")} className="tag-measure-wide" extra={words("where")}>
          {scope.where?.length ? <Filters wire={scope} onChange={writeScope} mark={mark} /> : <Typography.Text type="secondary">{t("measure.every")} </Typography.Text>}
          <AddFilter wire={scope} onChange={writeScope} />
        </Form.Item>
      </Form>
    </EditorContext>
  );
}
