import type { FieldType, OperatorInfo, RuleCatalog } from "./catalog";
import type { AggregateFunction, Compare, EventLeaf, Leaf, Operation, TimeRule, Unit, Value, WindowRule } from "./wire";

/** What a condition can be about. */
export type Subject =
  | { kind: "trait"; name: string }
  | { kind: "event"; name: string }
  | { kind: "tag"; id: string }
  | { kind: "audience"; id: string }
  | { kind: "random" };

/** The first idea for each type: what operators choose most. */
const USUAL: Record<FieldType, Operation> = {
  text: { op: "in" },
  number: { op: "gte" },
  boolean: { op: "is", value: true },
  datetime: { op: "in_last", value: 30, unit: "days" },
  date: { op: "in_last", value: 30, unit: "days" },
  list: { op: "has_any" },
};

const LATELY: WindowRule = { kind: "last", value: 30, unit: "days" };

/** A condition about something, as far as it can be guessed. */
export function newLeaf(subject: Subject, catalog: RuleCatalog): Leaf {
  switch (subject.kind) {
    case "trait":
      return { kind: "trait", trait: subject.name, ...usual(catalog.trait(subject.name)?.type) };
    case "event":
      return { kind: "event", event: subject.name, window: LATELY };
    case "tag":
      return { kind: "tag", tag: subject.id, ...usual(catalog.tag(subject.id)?.value_type) };
    case "audience":
      return { kind: "audience", audience: subject.id };
    case "random":
      return { kind: "random", salt: newSalt(), from_percent: 0, to_percent: 10 };
  }
}

/** A draw of its own: another salt, other people. */
export const newSalt = () => Math.random().toString(36).slice(2, 8).padEnd(6, "0");

export const usual = (type: string | undefined): Operation => USUAL[(type ?? "text") as FieldType] ?? USUAL.text;

/** The same operator and value for another field, where they still make sense. */
export function forField(operation: Operation, before: string | undefined, after: string | undefined): Operation {
  if (before !== after || after === undefined) return usual(after);
  const { value: _value, ...rest } = operation;
  return after === "text" || after === "list" ? rest : operation;
}

/** Another operator, with as much of what stood beside the old one as fits. */
export function withOperator(operation: Operation, before: OperatorInfo | undefined, after: OperatorInfo): Operation {
  const next: Operation = { op: after.op };
  const value = carriedValue(operation.value, before, after);
  if (value !== undefined) next.value = value;
  if (after.units.length > 0) {
    const isKept = operation.unit && after.units.includes(operation.unit);
    next.unit = isKept ? operation.unit : after.units.includes("days") ? "days" : (after.units[0] as Unit);
  }
  if (after.takes_ignore_case && operation.ignore_case) next.ignore_case = true;
  return next;
}

function carriedValue(value: Value | undefined, before: OperatorInfo | undefined, after: OperatorInfo): Value | undefined {
  if (after.operand === "none") return undefined;
  if (after.operand === "compare") return isCompare(value) ? value : { op: "gte", value: 1 };
  if (value === undefined || value === null || isCompare(value) || !before || before.constant !== after.constant) return undefined;
  const listed = Array.isArray(value) ? value : [value];
  if (before.operand === after.operand) return value;
  switch (after.operand) {
    case "many":
      return listed.filter((each) => each !== null);
    case "two":
      return [listed[0] ?? null, listed[1] ?? null];
    case "one":
      return listed[0] ?? undefined;
    default:
      return undefined;
  }
}

const isCompare = (value: unknown): value is Compare => typeof value === "object" && value !== null && !Array.isArray(value);

export type Verb = "did" | "did_not" | "regular" | AggregateFunction | "first_time" | "last_time";

export const VERBS: readonly Verb[] = ["did", "did_not", "regular", "sum", "avg", "min", "max", "distinct", "first_time", "last_time"];

export function verbOf(leaf: EventLeaf): Verb {
  if (leaf.kind === "event") return leaf.op ?? "did";
  return leaf.kind === "event_aggregate" ? leaf.function : leaf.kind;
}

/** Another question about the same events. */
export function withVerb(leaf: EventLeaf, verb: Verb): EventLeaf {
  const scope = { event: leaf.event, ...(leaf.where ? { where: leaf.where } : {}), ...(leaf.match ? { match: leaf.match } : {}) };
  const window = "window" in leaf ? leaf.window : leaf.kind === "event" || leaf.kind === "event_aggregate" ? undefined : LATELY;
  const framed = { ...scope, ...(window ? { window } : {}) };
  if (verb === "first_time" || verb === "last_time") {
    const time: Operation = isTime(leaf) ? operationOf(leaf) : USUAL.datetime;
    const { ignore_case: _case, ...operation } = time;
    return { kind: verb, ...scope, ...operation };
  }
  if (verb === "regular") return leaf.kind === "regular" ? leaf : { kind: "regular", ...scope, at_least: 3, periods: 4, unit: "weeks" };
  if (verb === "did") return { kind: "event", ...framed, ...(leaf.kind === "event" && leaf.count ? { count: leaf.count } : {}) };
  if (verb === "did_not") return { kind: "event", op: "did_not", ...framed };
  const property = leaf.kind === "event_aggregate" ? leaf.property : "";
  const compare: Compare = leaf.kind === "event_aggregate" ? leaf.compare : { op: "gte" };
  return { kind: "event_aggregate", function: verb, property, compare, ...framed };
}

const isTime = (leaf: EventLeaf): leaf is TimeRule => leaf.kind === "first_time" || leaf.kind === "last_time";

const operationOf = (leaf: TimeRule): Operation => ({
  op: leaf.op,
  ...(leaf.value === undefined ? {} : { value: leaf.value }),
  ...(leaf.unit ? { unit: leaf.unit } : {}),
});
