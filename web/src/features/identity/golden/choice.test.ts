import { expect, it } from "vitest";
import { type Choice, type Wanted, found, isAlike, isWhole, pageOf, valueText, wantedOf } from "./choice";

const choice = (trait: string, part: Partial<Choice> = {}): Choice => ({ trait, label: null, is_personal: false, strategy: "most_recent", sources: [], is_default: true, ...part });

it("sends an order of sources only where it counts, and compares what would be sent", () => {
  const wanted = (strategy: Wanted["strategy"], ...sources: string[]): Wanted => ({ trait: "city", strategy, sources });
  expect(wantedOf({ ...choice("city"), strategy: "max", sources: ["crm"] })).toEqual(wanted("max"));
  expect(isAlike(wanted("max", "crm"), wanted("max"))).toBe(true);
  expect(isAlike(wanted("source_priority", "crm", "web"), wanted("source_priority", "web", "crm"))).toBe(false);
  expect([wanted("max"), wanted("source_priority"), wanted("source_priority", "crm")].map(isWhole)).toEqual([true, false, true]);
});

it("finds traits by name and by what they are called, all or only those with a choice of their own", () => {
  const all = [choice("city", { label: "城市", is_default: false }), choice("Level"), choice("velocity")];
  const names = (...asked: Parameters<typeof found> extends [unknown, ...infer Rest] ? Rest : never) => found(all, ...asked).map((each) => each.trait);
  expect(names(undefined, undefined)).toEqual(["city", "Level", "velocity"]);
  expect(names("CITY", undefined)).toEqual(["city", "velocity"]);
  expect(names("城", undefined)).toEqual(["city"]);
  expect(names("level", undefined)).toEqual(["Level"]);
  expect(names("city", true)).toEqual(["city"]);
});

it("pages reach every row once; a place that is no longer there is the beginning", () => {
  const items = Array.from({ length: 250 }, (_, index) => index);
  const seen: number[] = [];
  for (let cursor: number | undefined = 0; cursor !== undefined; ) {
    const page: ReturnType<typeof pageOf<number>> = pageOf(items, cursor, 100);
    seen.push(...page.items);
    cursor = page.next_cursor === null ? undefined : Number(page.next_cursor);
  }
  expect(seen).toEqual(items);
  expect(pageOf(items, 900, 100).items[0]).toBe(0);
  expect(pageOf([], undefined, 100)).toEqual({ items: [], next_cursor: null });
});

it("shows any value in a line", () => {
  expect([null, undefined, 0, false, "", ["a", 1], { a: 1 }].map(valueText)).toEqual([null, null, "0", "false", "", "a, 1", '{"a":1}']);
});
