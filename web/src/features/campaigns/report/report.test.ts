import { describe, expect, it } from "vitest";
import { troubleOf } from "./arms";
import { extentOf } from "./interval";

const effect = (value: number, low: number | null, high: number | null) => ({ value, low, high, is_significant: false });

describe("the axis of intervals", () => {
  it.each([
    [[effect(0.03, 0.01, 0.05)]],
    [[effect(-0.03, -0.06, 0.01), effect(0.1, null, null)]],
    [[effect(0, 0, 0)]],
  ])("holds every end and zero", (effects) => {
    const [low, high] = extentOf(effects);
    for (const { value, low: from, high: to } of effects)
      for (const end of [value, from ?? value, to ?? value, 0]) {
        expect(end).toBeGreaterThanOrEqual(low);
        expect(end).toBeLessThanOrEqual(high);
      }
    expect(high).toBeGreaterThan(low);
  });
});

it("counts everybody of an arm who got nothing, once", () => {
  const arm = { rejected: { no_consent: 4, capped: 1 }, states: { sent: 10, rejected: 5, bounced: 2, queued: 3, sending: 1, unknown: 1 } };
  expect(troubleOf(arm as never)).toEqual({ rejected: 5, bounced: 2, failed: 0, cancelled: 0, unknown: 1, waiting: 4 });
});
