import { describe, expect, it } from "vitest";
import { VERBS, forField, newLeaf, verbOf, withOperator, withVerb } from "./blank";
import { getPart, isBlank, setPart } from "./parts";
import { OPERATORS, sampleCatalog } from "./sample-catalog";
import { isKnownLeaf } from "./shape";
import { spanOfOperation, spanOfWindow } from "./spans";
import type { EventLeaf, Operation } from "./wire";

const find = (type: string, op: string) => {
  const found = OPERATORS[type]?.find((each) => each.op === op);
  if (!found) throw new Error(op);
  return found;
};

describe("another operator", () => {
  it.each<[string, Operation, string, Operation]>([
    ["text", { op: "is", value: "a" }, "in", { op: "in", value: ["a"] }],
    ["text", { op: "in", value: ["a", "b"] }, "is", { op: "is", value: "a" }],
    ["text", { op: "is", value: "a", ignore_case: true }, "is_not", { op: "is_not", value: "a", ignore_case: true }],
    ["text", { op: "is", value: "a", ignore_case: true }, "is_set", { op: "is_set" }],
    ["number", { op: "gte", value: 3 }, "between", { op: "between", value: [3, null] }],
    ["number", { op: "between", value: [3, 9] }, "in", { op: "in", value: [3, 9] }],
    ["datetime", { op: "in_last", value: 5, unit: "hours" }, "anniversary_in_next", { op: "anniversary_in_next", value: 5, unit: "days" }],
    ["datetime", { op: "in_last", value: 5, unit: "weeks" }, "on", { op: "on" }],
    ["list", { op: "has_any", value: ["x"] }, "length", { op: "length", value: { op: "gte", value: 1 } }],
  ])("%s %j → %s", (type, before, op, after) => {
    expect(withOperator(before, find(type, before.op), find(type, op))).toEqual(after);
  });

  it("is the usual one where the field has another type", () => {
    expect(forField({ op: "in", value: ["a"] }, "text", "number")).toEqual({ op: "gte" });
    expect(forField({ op: "gte", value: 3 }, "number", "number")).toEqual({ op: "gte", value: 3 });
    expect(forField({ op: "in", value: ["上海"] }, "text", "text")).toEqual({ op: "in" });
  });
});

describe("another question about the same events", () => {
  const where = [{ property: "total", op: "gte", value: 5 }];
  const starts: EventLeaf[] = [
    { kind: "event", event: "a", count: { op: "gte", value: 2 }, window: { kind: "last", value: 7, unit: "days" }, where, match: "any" },
    { kind: "event_aggregate", event: "a", function: "sum", property: "total", compare: { op: "gte", value: 9 }, where },
    { kind: "last_time", event: "a", op: "in_last", value: 3, unit: "weeks", where },
    { kind: "regular", event: "a", at_least: 2, periods: 6, unit: "months", where },
  ];
  it.each(starts.flatMap((leaf) => VERBS.map((verb) => [leaf.kind, verb, leaf] as const)))("%s → %s keeps event and filters", (_, verb, leaf) => {
    const next = withVerb(leaf, verb);
    expect(verbOf(next)).toBe(verb);
    expect([next.event, next.where, isKnownLeaf(next)]).toEqual(["a", where, true]);
    if (leaf.kind === "event" && next.kind === "event_aggregate") expect(next.window).toEqual(leaf.window);
  });
});

it("a new condition is one that the editor knows, for everything in the catalogue", () => {
  const catalog = sampleCatalog();
  const leaves = [
    ...catalog.traits.map((each) => newLeaf({ kind: "trait", name: each.name }, catalog)),
    newLeaf({ kind: "event", name: "Order Completed" }, catalog),
    newLeaf({ kind: "tag", id: "tag_1" }, catalog),
    newLeaf({ kind: "audience", id: "aud_1" }, catalog),
    newLeaf({ kind: "random" }, catalog),
  ];
  expect(leaves.every(isKnownLeaf)).toBe(true);
});

it("places inside a condition are read and changed without touching the rest", () => {
  const leaf = { kind: "event", where: [{ property: "a", value: [1, 2] }, { property: "b" }] };
  expect(getPart(leaf, "where[0].value[1]")).toBe(2);
  expect(getPart(leaf, "where[7].value")).toBeUndefined();
  const next = setPart(leaf, "where[0].value[1]", 9);
  expect(next.where[0]?.value).toEqual([1, 9]);
  expect(next.where[1]).toBe(leaf.where[1]);
  expect([undefined, null, "", [], [1, null], { op: "gte" }].every(isBlank)).toBe(true);
  expect([0, false, "x", [1], { op: "gte", value: 0 }].some(isBlank)).toBe(false);
});

describe("relative times", () => {
  const zone = "Asia/Shanghai";
  const now = Date.parse("2026-03-31T02:30:00Z"); // 10:30 there
  const wall = (at: Date | undefined) => at?.toISOString().slice(0, 16);

  it.each([
    [{ kind: "last", value: 1, unit: "months" }, "2026-02-28T10:30", undefined],
    [{ kind: "last", value: 2, unit: "weeks" }, "2026-03-17T10:30", undefined],
    [{ kind: "last", value: 5, unit: "hours" }, "2026-03-31T05:30", undefined],
    [{ kind: "ago", least: 30, most: 90, unit: "days" }, "2025-12-31T10:30", "2026-03-01T10:30"],
  ] as const)("%j", (window, from, to) => {
    const span = spanOfWindow(window, now, zone);
    expect([wall(span?.from), wall(span?.to)]).toEqual([from, to]);
  });

  it("calendar days are days of the clock also when the clock changes, hours are hours", () => {
    const after = Date.parse("2026-03-08T18:00:00Z"); // 14:00 in New York, the day on which an hour was left out
    expect(wall(spanOfWindow({ kind: "last", value: 1, unit: "days" }, after, "America/New_York")?.from)).toBe("2026-03-07T14:00");
    expect(wall(spanOfWindow({ kind: "last", value: 24, unit: "hours" }, after, "America/New_York")?.from)).toBe("2026-03-07T13:00");
  });

  it("of dates are whole days, and nothing is said of what is not filled in", () => {
    expect(spanOfOperation({ op: "in_last", value: 7, unit: "days" }, "date", now, zone)).toMatchObject({ isDays: true });
    expect(spanOfOperation({ op: "anniversary_in_next", value: 0, unit: "days" }, "date", now, zone)).toMatchObject({ isDays: true });
    expect(spanOfOperation({ op: "in_last", unit: "days" }, "datetime", now, zone)).toBeNull();
    expect(spanOfWindow({ kind: "last", value: 1e12, unit: "days" }, now, zone)).toBeNull();
    expect(spanOfWindow(undefined, now, zone)).toBeNull();
  });
});
