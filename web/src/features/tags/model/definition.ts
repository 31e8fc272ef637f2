import type { Schema } from "@shared/api/client";
import { EVERYBODY, type Match, type PropertyFilter, type Rule, type WindowRule } from "@shared/rules/wire";

export type Tag = Schema<"TagDetail">;
export type Kind = Tag["kind"];
export type ValueType = Tag["value_type"];
export type Schedule = Tag["schedule"];
export type NullPolicy = Tag["null_policy"];

export const FUNCTIONS = ["count", "sum", "avg", "min", "max", "distinct", "first", "last"] as const;
export type MeasureFunction = (typeof FUNCTIONS)[number];

/** One value per person out of their events, as the API has it. */
export interface Measure {
  function: MeasureFunction;
  event: string;
  property?: string | undefined;
  window?: WindowRule | undefined;
  where?: PropertyFilter[] | undefined;
  match?: Match | undefined;
}

/** A value and who gets it. The id stays while the order changes. */
export interface Level {
  id: string;
  value: string;
  rule: Rule;
}

/** What the tag says: both kinds are kept while one is chosen, so that looking at the other loses nothing. */
export interface Content {
  kind: Kind;
  valueType: ValueType;
  levels: Level[];
  /** For everybody else; null: no value. */
  otherwise: string | null;
  measure: Measure;
}

/** What stands around the definition. */
export interface Details {
  name: string;
  description: string;
  schedule: Schedule;
  nullPolicy: NullPolicy;
  note: string;
}

export const MOST_LEVELS = 20;
export const LONGEST_VALUE = 200;

let last = 0;
export const newLevel = (value = "", rule: Rule = EVERYBODY): Level => ({ id: `level${++last}`, value, rule });

export const newContent = (kind: Kind): Content => ({
  kind,
  valueType: kind === "rule" ? "text" : "number",
  levels: [newLevel()],
  otherwise: null,
  measure: { function: "count", event: "", window: { kind: "last", value: 90, unit: "days" } },
});

/** The definition of the API as something to edit. */
export function readContent(kind: Kind, valueType: ValueType, definition: Record<string, unknown>): Content {
  const blank = { ...newContent(kind), valueType };
  if (kind === "statistic") return { ...blank, measure: definition.measure as Measure };
  const { levels, otherwise } = definition as { levels: { value: string | number; rule: Rule }[]; otherwise?: string | number | null };
  return {
    ...blank,
    levels: levels.map(({ value, rule }) => newLevel(String(value), rule)),
    otherwise: otherwise === undefined || otherwise === null ? null : String(otherwise),
  };
}

/** The value as the API takes it. */
export const wireValue = (typed: string, valueType: ValueType): string | number => (valueType === "number" ? Number(typed) : typed.trim());

/** The definition as the API takes it. */
export function writeDefinition({ kind, valueType, levels, otherwise, measure }: Content): Record<string, unknown> {
  if (kind === "statistic") return { measure };
  return {
    levels: levels.map(({ value, rule }) => ({ value: wireValue(value, valueType), rule })),
    ...(otherwise === null ? {} : { otherwise: wireValue(otherwise, valueType) }),
  };
}

export type ValueMistake = "blank" | "number" | "long";

/** What is wrong with a typed value. */
export function mistakeOf(typed: string, valueType: ValueType): ValueMistake | null {
  if (typed.trim() === "") return "blank";
  if (valueType === "number") return Number.isFinite(Number(typed)) ? null : "number";
  return typed.trim().length > LONGEST_VALUE ? "long" : null;
}

export const takesProperty = (name: MeasureFunction) => name !== "count";

/** Whether there is enough of it to be asked about. */
export function isMeasureFilled({ event, function: name, property, where }: Measure): boolean {
  return event !== "" && (!takesProperty(name) || Boolean(property)) && (where ?? []).every((filter) => filter.property !== "");
}
