import { describe, expect, it } from "vitest";
import { RuleCatalog, type Vocabulary } from "@shared/rules/catalog";
import { justBelow } from "../detail/load-people";
import { countOpen } from "../editor/still-open";
import { type Content, mistakeOf, newContent, newLevel, readContent, writeDefinition } from "./definition";
import { changesOf } from "./draft";
import { record, redo, startHistory, undo } from "./history";
import { fitMeasure, resultOf } from "./measure";
import { selectDefined, selectTagged } from "./selection";
import { type Distribution, listSlices, rangesOf, roundUp } from "./slices";
import { templatesOf } from "./templates";

const BOUGHT = { kind: "event", event: "Order Completed" } as const;
const rich = { kind: "trait", trait: "level", op: "is", value: "gold" } as const;
const levels = (...values: string[]): Content => ({ ...newContent("rule"), levels: values.map((value) => newLevel(value, BOUGHT)) });

describe("a definition", () => {
  it.each([
    ["rule", "text", { levels: [{ value: "高", rule: rich }, { value: "low", rule: BOUGHT }], otherwise: "none" }],
    ["rule", "number", { levels: [{ value: 5, rule: BOUGHT }] }],
    ["statistic", "number", { measure: { function: "sum", event: "Order Completed", property: "total", where: [{ property: "total", op: "gt", value: 1 }] } }],
    ["statistic", "text", { measure: { function: "last", event: "Product Viewed", property: "category", window: { kind: "last", value: 3, unit: "months" } } }],
  ] as const)("of a %s tag of %s is written as it was read", (kind, type, definition) => {
    expect(writeDefinition(readContent(kind, type, definition))).toEqual(definition);
  });

  it.each([["", "text", "blank"], ["  ", "number", "blank"], ["five", "number", "number"], ["5.5", "number", null], ["-3", "number", null], ["x".repeat(201), "text", "long"], ["高", "text", null]] as const)(
    "with the value %j of type %s is judged %s",
    (typed, type, expected) => expect(mistakeOf(typed, type)).toBe(expected),
  );

  it("counts what is still missing: values, rules without conditions, the value of everybody else", () => {
    expect(countOpen({ ...levels("a"), otherwise: null }, 0)).toBe(0);
    expect(countOpen({ ...levels("", "b"), otherwise: "" }, 2)).toBe(4);
    expect(countOpen(newContent("rule"), 0)).toBe(2);
    expect(countOpen(newContent("statistic"), 0)).toBe(1);
  });

  it("is sent only when it is another one", () => {
    const content = levels("a", "b");
    const details = { name: "Tier", description: "", schedule: "daily", nullPolicy: "clear", note: "why" } as const;
    const start = { details, content };
    expect(changesOf(details, { ...content, levels: content.levels.map((level) => ({ ...level, id: "other" })) }, start)).toEqual({});
    expect(changesOf({ ...details, name: "Tiers " }, content, start)).toEqual({ name: "Tiers" });
    expect(changesOf(details, { ...content, levels: content.levels.toReversed() }, start)).toMatchObject({ note: "why" });
  });
});

describe("the distribution", () => {
  const spread = (top: [string | number, number][], extra: Partial<Distribution> = {}): Distribution => {
    const entries = top.map(([value, people]) => ({ value, people }));
    return { coverage: entries.reduce((sum, entry) => sum + entry.people, 0), distinct: top.length, top: entries, mean: null, deciles: null, ...extra };
  };

  it("keeps the order of the levels, with those that nobody has, and adds up to everybody", () => {
    const slices = listSlices(spread([["low", 7], ["high", 2], ["old", 1]]), 20, ["high", "middle", "low"]);
    expect(slices.map(({ key, people }) => [key, people])).toEqual([["=high", 2], ["=middle", 0], ["=low", 7], ["=old", 1], ["none", 10]]);
    expect(slices.reduce((sum, slice) => sum + slice.people, 0)).toBe(20);
  });

  it("sorts numbers upwards and gathers what is not listed", () => {
    const slices = listSlices(spread([[3, 5], [1, 4]], { coverage: 12, distinct: 60, deciles: Array(11).fill(1) }), 12, null);
    expect(slices.map(({ key, people }) => [key, people])).toEqual([["=1", 4], ["=3", 5], ["rest", 3]]);
  });

  it.each([
    [[39.9, 118, 196, 308.8, 447, 599, 804, 1067, 1475, 2191, 6872]],
    [[1, 1, 2, 2, 3, 3, 4, 6, 9, 14, 80]],
    [[-50, -20, -5, 0, 0.1, 0.5, 1, 2, 4, 8, 8]],
    [[0.001, 0.002, 0.003, 0.004, 0.005, 0.006, 0.007, 0.008, 0.009, 0.01, 0.02]],
    [[1e9, 2e9, 3e9, 4e9, 5e9, 6e9, 7e9, 8e9, 9e9, 1e10, 1e12]],
  ])("cuts numbers with the deciles %j into touching ranges that hold the smallest and the largest", (deciles) => {
    const ranges = rangesOf(deciles);
    expect(ranges.length).toBeGreaterThan(3);
    expect(ranges.length).toBeLessThan(13);
    ranges.slice(1).forEach((range, index) => expect(range.from).toBe(ranges[index]?.below));
    const [first, last] = [ranges[0], ranges.at(-1)];
    expect(first?.from).toBeLessThanOrEqual(deciles[0] ?? 0);
    expect(last?.below ?? Infinity).toBeGreaterThan(deciles[10] ?? 0);
  });

  it.each([[0.7, false, 1], [2.1, false, 2.5], [2.1, true, 5], [24, true, 25], [230, false, 250], [1000, false, 1000]])("rounds a step of %d up", (step, isWhole, expected) =>
    expect(roundUp(step, isWhole)).toBe(expected),
  );

  it.each([0, 1, -1, 500, 0.1, 1e12])("asks for numbers below %d without it", (value) => {
    expect(justBelow(value)).toBeLessThan(value);
    expect(justBelow(value)).toBeCloseTo(value, 2);
  });
});

describe("the people of a part", () => {
  it("of a rule tag are those whom no level before it took", () => {
    const content: Content = { ...levels("high", "low"), otherwise: "none" };
    content.levels[0] = newLevel("high", rich);
    const select = selectDefined(content);
    expect(select({ kind: "value", value: "high" })).toEqual(rich);
    expect(select({ kind: "value", value: "low" })).toEqual({ kind: "all", rules: [{ kind: "not", rule: { kind: "any", rules: [rich] } }, BOUGHT] });
    expect(select({ kind: "value", value: "none" })).toEqual({ kind: "not", rule: { kind: "any", rules: [rich, BOUGHT] } });
    expect(select({ kind: "value", value: "other" })).toBeNull();
  });

  it("of a count are those with so many events, and for a sum those who did it at all", () => {
    const measure = { function: "count" as const, event: "Order Completed" };
    expect(selectDefined({ ...newContent("statistic"), measure })({ kind: "value", value: 3 })).toEqual({ kind: "all", rules: [BOUGHT, { ...BOUGHT, count: { op: "is", value: 3 } }] });
    const sum = { ...measure, function: "sum" as const, property: "total" };
    expect(selectDefined({ ...newContent("statistic"), measure: sum })({ kind: "range", from: 0, below: 10 })).toMatchObject({ kind: "all", rules: [BOUGHT, { compare: { op: "gte", value: 0 } }, { compare: { op: "lt", value: 10 } }] });
    const last = { ...measure, function: "last" as const, property: "channel" };
    expect(selectDefined({ ...newContent("statistic"), measure: last })({ kind: "value", value: "app" })).toBeNull();
  });

  it("of a computed tag never needs an empty list, which rules refuse", () => {
    expect(selectTagged("tag_1")({ kind: "rest", but: [] })).toEqual({ kind: "tag", tag: "tag_1", op: "is_set" });
  });
});

describe("taking back", () => {
  it("goes step by step; typing in one place is one step", () => {
    const start = levels("a");
    const [level] = start.levels;
    const typed = (value: string): Content => ({ ...start, levels: [{ ...level, id: "one", value, rule: BOUGHT }] });
    let history = startHistory(typed("a"));
    history = record(history, typed("ab"), 0);
    history = record(history, typed("abc"), 500);
    history = record(history, { ...typed("abc"), otherwise: "" }, 600);
    expect(history.past).toHaveLength(2);
    history = undo(history);
    expect(history.present).toEqual(typed("abc"));
    history = undo(history);
    expect(history.present).toEqual(typed("a"));
    expect(undo(history)).toBe(history);
    expect(redo(history).present).toEqual(typed("abc"));
  });
});

const field = (name: string, type: "text" | "number", last_seen: string | null = "2026-11-01T00:00:00Z") => ({ name, type, label: null, coverage: 1, is_personal: false, last_seen });
const vocabulary = {
  measures: [
    { function: "count", results: [{ type: null, value_type: "number" }] },
    { function: "sum", results: [{ type: "number", value_type: "number" }] },
    { function: "last", results: [{ type: "text", value_type: "text" }, { type: "number", value_type: "number" }] },
  ],
} as unknown as Vocabulary;
const catalogOf = (last_seen: string | null) =>
  new RuleCatalog({
    traits: [], tags: [], audiences: [], vocabulary,
    events: [{ name: "Order Completed", kind: "track", label_hint: null, last_seen, volume_30d: 1, properties: [field("total", "number"), field("channel", "text"), field("coupon", "text", null)] }],
  });

describe("a measure", () => {
  const catalog = catalogOf("2026-11-01T00:00:00Z");

  it("loses what makes no sense for another function or event", () => {
    expect(fitMeasure({ function: "sum", event: "Order Completed", property: "channel" }, catalog, null)).toEqual({ function: "sum", event: "Order Completed" });
    expect(fitMeasure({ function: "last", event: "Order Completed", property: "channel" }, catalog, "number")).toEqual({ function: "last", event: "Order Completed" });
    expect(fitMeasure({ function: "count", event: "Order Completed", property: "total", where: [{ property: "brand", op: "is" }] }, catalog, null)).toEqual({ function: "count", event: "Order Completed" });
  });

  it.each([["count", undefined, "number"], ["last", "channel", "text"], ["last", "total", "number"], ["sum", undefined, null]] as const)("of %s of %s gives %s", (name, property, expected) =>
    expect(resultOf({ function: name, event: "Order Completed", property }, catalog)).toBe(expected),
  );
});

describe("templates", () => {
  it("use only events and properties that have arrived", () => {
    expect(templatesOf(catalogOf(null))).toEqual([]);
    const found = templatesOf(catalogOf("2026-11-01T00:00:00Z"));
    expect(found.map((template) => template.key)).toEqual(["lifecycle", "tier", "recency", "frequency", "spent"]);
  });

  it("are complete as they are", () => {
    for (const template of templatesOf(catalogOf("2026-11-01T00:00:00Z"))) expect(countOpen(template.build((value) => value), 0)).toBe(0);
  });
});
