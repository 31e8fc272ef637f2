import { describe, expect, it } from "vitest";
import { otherTraits, shortTraits } from "./values";

describe("the traits of an account", () => {
  it("are in the order of their names, without what stands elsewhere and what is nothing", () => {
    expect(otherTraits({ plan: "pro", name: "Acme", kind: "company", city: "上海", gone: null })).toEqual([["city", "上海"], ["plan", "pro"]]);
  });

  it.each([
    [{}, ""],
    [{ name: "Acme", kind: "company" }, ""],
    [{ employees: 0, is_partner: false }, "employees: 0 · is_partner: false"],
    [{ address: { city: "London" }, tags: ["a"], plan: "pro" }, "plan: pro"],
    [{ e: 5, d: 4, c: 3, b: 2, a: 1 }, "a: 1 · b: 2 · c: 3 · d: 4"],
  ])("%j on one line", (traits, line) => {
    expect(shortTraits(traits)).toBe(line);
  });
});
