import { RuleCatalog, type FieldInfo, type OperatorInfo, type Vocabulary } from "./catalog";

// A small catalogue for tests.

const field = (name: string, type: FieldInfo["type"]): FieldInfo => ({ name, type, label: null, is_personal: false, last_seen: "2026-11-01T00:00:00Z", coverage: 0.5 });
const operator = (op: string, operand: OperatorInfo["operand"], constant: OperatorInfo["constant"], more: Partial<OperatorInfo> = {}): OperatorInfo => ({
  op, operand, constant, units: [], least: operand === "steps" ? 1 : null, takes_ignore_case: false, is_complement: false, ...more,
});
const UNITS = ["hours", "days", "weeks", "months"];
const TEXT = { takes_ignore_case: true };
const PRESENCE = [operator("is_set", "none", null), operator("is_not_set", "none", null, { is_complement: true })];
const TIME = [
  operator("on", "one", "date"),
  operator("between", "two", "moment"),
  operator("in_last", "steps", "integer", { units: UNITS }),
  operator("anniversary_in_next", "steps", "integer", { units: ["days", "weeks", "months"] }),
  operator("anniversary_today", "none", null),
  ...PRESENCE,
];

export const OPERATORS: Record<string, OperatorInfo[]> = {
  text: [
    operator("is", "one", "text", TEXT),
    operator("is_not", "one", "text", { ...TEXT, is_complement: true }),
    operator("in", "many", "text", TEXT),
    operator("not_in", "many", "text", { ...TEXT, is_complement: true }),
    ...PRESENCE,
  ],
  number: [operator("is", "one", "number"), operator("gte", "one", "number"), operator("in", "many", "number"), operator("between", "two", "number"), ...PRESENCE],
  datetime: TIME,
  date: TIME,
  boolean: [operator("is", "one", "boolean"), ...PRESENCE],
  list: [operator("has_any", "many", "text"), operator("length", "compare", "count"), ...PRESENCE],
};

const vocabulary = {
  operators: OPERATORS,
  comparisons: ["is", "is_not", "lt", "lte", "gt", "gte"].map((op) => ({ op, operand: "one" })).concat([{ op: "between", operand: "two" }]),
  units: UNITS.map((unit) => ({ unit, most: 1_000 })),
  aggregates: [{ function: "sum", types: ["number"], constant: "number" }],
} as unknown as Vocabulary;

export const sampleCatalog = () =>
  new RuleCatalog({
    vocabulary,
    traits: [field("city", "text"), field("age", "number"), field("birthday", "date"), field("createdAt", "datetime")],
    events: [
      { name: "Order Completed", label_hint: null, kind: "track", last_seen: "2026-11-01T00:00:00Z", volume_30d: 900, properties: [field("total", "number"), field("currency", "text")] },
      { name: "Product Viewed", label_hint: null, kind: "track", last_seen: "2026-11-01T00:00:00Z", volume_30d: 5_000, properties: [field("sku", "text")] },
    ],
    tags: [{ id: "tag_1", name: "Level", value_type: "text", coverage: 10, refreshed_at: null }],
    audiences: [{ id: "aud_1", name: "VIP", size: 10, refreshed_at: null }],
  });
