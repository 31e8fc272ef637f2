/** A rule as the API has it: what each part means stands in the reference of rules. */

export type Unit = "hours" | "days" | "weeks" | "months";
export type AggregateFunction = "sum" | "avg" | "min" | "max" | "distinct";
export type CompareOp = "is" | "is_not" | "lt" | "lte" | "gt" | "gte" | "between";
export type Match = "all" | "any";
export type Scalar = string | number | boolean;

/** While it is being written, its value may be missing. */
export interface Compare {
  op: CompareOp;
  value?: number | (number | null)[] | undefined;
}

export type Value = Scalar | (Scalar | null)[] | Compare | null;

export type WindowRule =
  | { kind: "all_time" }
  | { kind: "last"; value?: number | undefined; unit: Unit }
  | { kind: "ago"; least?: number | undefined; most?: number | undefined; unit: Unit }
  | { kind: "fixed"; start?: string | null | undefined; end?: string | null | undefined };

/** An operator with what stands beside it. Operators are open: a newer server may have more. */
export interface Operation {
  op: string;
  value?: Value | undefined;
  unit?: Unit | null | undefined;
  ignore_case?: boolean | undefined;
}

export interface PropertyFilter extends Operation {
  property: string;
}

/** Which events count. */
export interface EventScope {
  event: string;
  where?: PropertyFilter[] | undefined;
  match?: Match | undefined;
}

export interface TraitRule extends Operation {
  kind: "trait";
  trait: string;
}

export interface EventRule extends EventScope {
  kind: "event";
  op?: "did" | "did_not" | undefined;
  count?: Compare | null | undefined;
  window?: WindowRule | undefined;
}

export interface AggregateRule extends EventScope {
  kind: "event_aggregate";
  function: AggregateFunction;
  property: string;
  compare: Compare;
  window?: WindowRule | undefined;
}

export interface TimeRule extends EventScope, Omit<Operation, "ignore_case"> {
  kind: "first_time" | "last_time";
}

/** In so many of the last periods of one unit each. */
export interface RegularRule extends EventScope {
  kind: "regular";
  at_least?: number | undefined;
  periods?: number | undefined;
  unit: Unit;
}

export interface TagRule extends Omit<Operation, "unit"> {
  kind: "tag";
  tag: string;
}

export interface AudienceRule {
  kind: "audience";
  audience: string;
  op?: "in" | "not_in" | undefined;
}

export interface RandomRule {
  kind: "random";
  salt: string;
  from_percent: number;
  to_percent: number;
}

export type EventLeaf = EventRule | AggregateRule | RegularRule | TimeRule;
export type Leaf = TraitRule | EventLeaf | TagRule | AudienceRule | RandomRule;
export type Group = { kind: "all" | "any"; rules: Rule[] };
export type Rule = Group | { kind: "not"; rule: Rule } | Leaf;

/** Everybody. */
export const EVERYBODY: Rule = { kind: "all", rules: [] };
