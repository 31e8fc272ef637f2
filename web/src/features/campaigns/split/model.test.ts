import { describe, expect, it } from "vitest";
import { HOLDOUT, WHOLE, addArm, divide, evenly, freeName, holdoutShare, removeArm, setHoldout, setShare, shares } from "./model";

const arms = (weights: Record<string, number>) => Object.entries(weights).map(([name, weight]) => ({ name, weight }));
const sum = (parts: number[]) => parts.reduce((all, each) => all + each, 0);
const TABLE = [arms({ a: 1 }), arms({ a: 1, b: 1, c: 1 }), arms({ a: 45, b: 45, holdout: 10 }), arms({ a: 0, b: 7, holdout: 0 }), arms({ a: 0, b: 0 })];

describe("shares", () => {
  it("always add up to all of it, after every change", () => {
    for (const start of TABLE)
      for (const share of [0, 1, 50, 333, 500, 999, 1_000]) {
        const changed = [
          start, setShare(start, "a", share), evenly(start), addArm(start, { name: "z", weight: 0 }), removeArm(start, "a"),
          setHoldout(start, Math.min(share, 900), () => ({ name: HOLDOUT, weight: 0 })),
        ];
        for (const each of changed) expect(sum(shares(each))).toBe(WHOLE);
      }
  });

  it("are in proportion, and no part is off by more than one", () => {
    for (const weights of [[1, 1, 1], [5, 3, 2, 7], [1, 999], [0, 1]]) {
      const parts = divide(weights, WHOLE);
      for (const [index, part] of parts.entries()) expect(Math.abs(part - ((weights[index] ?? 0) * WHOLE) / sum(weights))).toBeLessThan(1);
    }
  });

  it("leave the holdout alone when arms change, and the arms' proportions when the holdout changes", () => {
    const start = arms({ a: 600, b: 300, holdout: 100 });
    for (const each of [setShare(start, "a", 100), evenly(start), addArm(start, { name: "c", weight: 0 }), removeArm(start, "b")])
      expect(holdoutShare(each)).toBe(100);
    expect(setHoldout(start, 400, () => ({ name: HOLDOUT, weight: 0 })).map((arm) => arm.weight)).toEqual([400, 200, 400]);
    expect(setHoldout(start, 0, () => ({ name: HOLDOUT, weight: 0 })).map((arm) => arm.name)).toEqual(["a", "b"]);
  });

  it("give an arm what it is given", () => {
    expect(setShare(arms({ a: 1, b: 1, c: 2 }), "a", 500).map((arm) => arm.weight)).toEqual([500, 167, 333]);
    expect(setShare(arms({ a: 1 }), "a", 300)).toEqual([{ name: "a", weight: WHOLE }]);
  });

  it("keep the last arm", () => {
    expect(removeArm(arms({ a: 1, holdout: 1 }), "a").map((arm) => arm.name)).toEqual(["a", "holdout"]);
  });
});

it("finds a name that is free", () => {
  expect(freeName(arms({ a: 1, c: 1, holdout: 1 }))).toBe("b");
  expect(freeName(arms(Object.fromEntries([..."abcdefghijklmnopqrstuvwxyz"].map((name) => [name, 1]))))).toBe("arm_27");
});
