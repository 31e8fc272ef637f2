import { expect, it } from "vitest";
import { smallestEffect } from "./power";

it("agrees with a textbook example: 5 %, two groups of 3,730 show 1.4 points", () => {
  expect(smallestEffect(0.05, 3_730, 3_730)).toBeCloseTo(0.0141, 4);
});

it("gets smaller with more people, and is not told for few", () => {
  const effects = [1_000, 5_000, 50_000].map((size) => smallestEffect(0.1, size * 0.9, size * 0.1) ?? 1);
  expect([...effects].sort((a, b) => b - a)).toEqual(effects);
  expect(smallestEffect(0.01, 900, 100)).toBeNull();
});
