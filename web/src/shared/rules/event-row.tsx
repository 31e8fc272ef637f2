import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { VERBS, type Verb, verbOf, withVerb } from "./blank";
import { useChoices } from "./choices";
import { CompareInput } from "./compare-input";
import { useEditor } from "./editor-context";
import { FieldPick } from "./field-pick";
import { OperationInput } from "./operation-input";
import { StepsNumber, UnitPick, unitsOf } from "./steps-input";
import type { RowProps } from "./subject-rows";
import { WindowInput } from "./window-input";
import type { AggregateRule, EventLeaf, EventRule, RegularRule, TimeRule, WindowRule } from "./wire";

/** What somebody did: whether, how often, how much, when. Its filters stand below, in `filters.tsx`. */
export function EventRow({ wire, onChange, mark }: RowProps<EventLeaf>) {
  const { t } = useTranslation("rules");
  const { catalog } = useEditor();
  const choices = useChoices(catalog);
  const verb = verbOf(wire);
  const events = (
    <FieldPick
      value={wire.event}
      groups={[choices.events()]}
      label={t("subject.event")}
      mark={mark("event")}
      onChoose={(event) => onChange(forEvent({ ...wire, event }, (name) => catalog.property(event, name) !== undefined))}
    />
  );
  const verbs = (
    <Select
      value={verb}
      aria-label={t("verb.label")}
      options={VERBS.map((each) => ({ value: each, label: t(`verb.${each}`) }))}
      popupMatchSelectWidth={false}
      listHeight={320}
      onChange={(next: Verb) => onChange(withVerb(wire, next))}
    />
  );
  if (wire.kind === "event_aggregate") return <Aggregate wire={wire} onChange={onChange} mark={mark} verbs={verbs} events={events} />;
  if (wire.kind === "event") return <Count wire={wire} onChange={onChange} mark={mark} verbs={verbs} events={events} />;
  if (wire.kind === "regular") return <Regular wire={wire} onChange={onChange} mark={mark} verbs={verbs} events={events} />;
  return <Time wire={wire} onChange={onChange} mark={mark} verbs={verbs} events={events} />;
}

/** Filters and properties of another event make no sense for this one, unless it has them too. */
function forEvent(leaf: EventLeaf, has: (property: string) => boolean): EventLeaf {
  const { where, ...rest } = leaf;
  const kept = where?.filter((filter) => has(filter.property));
  const next = { ...rest, ...(kept?.length ? { where: kept } : {}) } as EventLeaf;
  return next.kind === "event_aggregate" && !has(next.property) ? { ...next, property: "" } : next;
}

interface PartProps<Part extends EventLeaf> extends RowProps<Part> {
  verbs: React.ReactNode;
  events: React.ReactNode;
}

function Count({ wire, onChange, mark, verbs, events }: PartProps<EventRule>) {
  const { t } = useTranslation("rules");
  const { catalog } = useEditor();
  return (
    <>
      {verbs}
      {events}
      {wire.op !== "did_not" && (
        <>
          <CompareInput
            value={wire.count ?? null}
            none={t("count.once")}
            catalog={catalog}
            isCount
            mark={mark("count")}
            onChange={(count) => onChange(withoutUndefined({ ...wire, count: count ?? undefined }), true)}
          />
          {wire.count && <span>{t("count.times")}</span>}
        </>
      )}
      <WindowInput value={wire.window} catalog={catalog} mark={mark} onChange={(window, typed) => onChange(withWindow(wire, window), typed)} />
    </>
  );
}

function Aggregate({ wire, onChange, mark, verbs, events }: PartProps<AggregateRule>) {
  const { t } = useTranslation("rules");
  const { catalog } = useEditor();
  const choices = useChoices(catalog);
  return (
    <>
      {verbs}
      <FieldPick
        value={wire.property}
        groups={[choices.properties(wire.event, catalog.aggregated(wire.function))]}
        label={t("subject.property")}
        mark={mark("property")}
        onChoose={(property) => onChange({ ...wire, property })}
      />
      <span>{t("verb.in")}</span>
      {events}
      <CompareInput
        value={wire.compare}
        catalog={catalog}
        isCount={wire.function === "distinct"}
        mark={mark("compare")}
        onChange={(compare) => onChange({ ...wire, compare: compare ?? { op: "gte" } }, true)}
      />
      <WindowInput value={wire.window} catalog={catalog} mark={mark} onChange={(window, typed) => onChange(withWindow(wire, window), typed)} />
    </>
  );
}

const MOST_PERIODS = 100;

function Regular({ wire, onChange, mark, verbs, events }: PartProps<RegularRule>) {
  const { t } = useTranslation("rules");
  const { catalog } = useEditor();
  const bounds = { most: MOST_PERIODS, label: t("regular.label") };
  return (
    <>
      {verbs}
      {events}
      <span>{t("regular.least")}</span>
      <StepsNumber {...bounds} least={1} value={wire.at_least} mark={mark("at_least")} onChange={(at_least) => onChange({ ...wire, at_least }, true)} />
      <span>{t("regular.of")}</span>
      <StepsNumber {...bounds} least={2} label={t("regular.periods")} value={wire.periods} mark={mark("periods")} onChange={(periods) => onChange({ ...wire, periods }, true)} />
      <UnitPick value={wire.unit} units={unitsOf(catalog)} mark={mark("unit")} onChange={(unit) => onChange({ ...wire, unit })} />
    </>
  );
}

function Time({ wire, onChange, mark, verbs, events }: PartProps<TimeRule>) {
  const { catalog } = useEditor();
  return (
    <>
      {verbs}
      {events}
      <OperationInput
        operation={wire}
        type="datetime"
        source={null}
        catalog={catalog}
        mark={mark}
        onChange={({ ignore_case: _case, ...next }, typed) => {
          const { op: _op, value: _value, unit: _unit, ...rest } = wire;
          onChange({ ...rest, ...next }, typed);
        }}
      />
    </>
  );
}

function withWindow<Part extends EventRule | AggregateRule>({ window: _before, ...rest }: Part, window: WindowRule | undefined): Part {
  return { ...rest, ...(window ? { window } : {}) } as Part;
}

const withoutUndefined = (leaf: EventRule): EventRule => {
  const { count, ...rest } = leaf;
  return count === undefined ? rest : leaf;
};
