import { describe, expect, it } from "vitest";
import { quarantinedShare, stateOf } from "./health";
import { eventsIn, readSummary, sampleOf } from "./imports/summary";
import { badOrigins, originOf } from "./origins";
import { hiddenKey, withoutKey } from "./secret";
import { SPANS, spanStart, stepsOf } from "./series";
import { NO_TRIAL, advance } from "./use-test-event";

const NOW = Date.parse("2026-11-23T10:17:30Z");

describe("a source", () => {
  it.each([
    [true, "2026-11-23T10:17:00Z", "receiving"],
    [true, "2026-11-23T09:00:00Z", "silent"],
    [true, null, "never"],
    [false, "2026-11-23T10:17:00Z", "disabled"],
  ] as const)("that is on: %s, with the last event at %s, is %s", (is_enabled, last, state) => {
    expect(stateOf({ is_enabled }, last, NOW)).toBe(state);
  });

  it("has no share of nothing", () => {
    const health = { source_id: "src_1", last_received_at: null, received_24h: 0, quarantined_24h: 0, series: [] };
    expect(quarantinedShare(health)).toBeNull();
    expect(quarantinedShare({ ...health, received_24h: 200, quarantined_24h: 3 })).toBe(0.015);
    expect(quarantinedShare(undefined)).toBeNull();
  });

  it("shows code without its key", () => {
    const key = "kT9xQ2aBcDeFgHiJkLmNoPqRsTuVwXyZ";
    const code = `key = "${key}"; header = "Basic ${btoa(`${key}:`)}"`;
    const shown = withoutKey(code, key);
    expect(shown).not.toContain(key);
    expect(shown).not.toContain(btoa(`${key}:`));
    expect(hiddenKey(key)).toMatch(/wXyZ$/);
  });
});

describe("sites that may send", () => {
  it.each([
    ["https://shop.example/cart?x=1#y", "https://shop.example"],
    [" HTTP://Shop.Example:8080/ ", "http://shop.example:8080"],
    ["shop.example", "shop.example"],
    ["https://", "https://"],
  ])("are taken from %s as %s", (pasted, origin) => expect(originOf(pasted)).toBe(origin));

  it("are told from what is none", () => expect(badOrigins(["https://a.example", "a.example", "https://a.example/x"])).toEqual(["a.example", "https://a.example/x"]));
});

describe("steps of time", () => {
  it.each(["hour", "day", "week"] as const)("of a %s are all there, the last one running now", (span) => {
    const start = spanStart(NOW, span);
    const length = SPANS[span].step * 60_000;
    const steps = stepsOf([{ source_id: "src_1", at: new Date(start + length).toISOString(), received: 3, stored: 2, duplicate: 1, quarantined: 0, suppressed: 0 }], start, span);
    expect(steps).toHaveLength(SPANS[span].minutes / SPANS[span].step);
    expect(start % length).toBe(0);
    const last = steps.at(-1)?.at ?? 0;
    expect(last <= NOW && NOW < last + length).toBe(true);
    expect(steps.map((step) => step.received).filter(Boolean)).toEqual([3]);
    expect(steps[1]).toMatchObject({ stored: 2, duplicate: 1 });
  });
});

describe("a test event", () => {
  const received = advance(advance(NO_TRIAL, { type: "sent" }), { type: "received", messageId: "m", after: 40 });

  it("goes from sent to stored", () => {
    const seen = { message_id: "m" } as Parameters<typeof advance>[1] extends infer Action ? (Action extends { seen: infer Seen } ? Seen : never) : never;
    expect(advance(received, { type: "stored", seen, after: 900 })).toMatchObject({ phase: "stored", receivedAfter: 40, storedAfter: 900, isOverdue: false });
  });

  it("is overdue only while it is waited for, and may still arrive", () => {
    const overdue = advance(received, { type: "overdue", pipeline: null });
    expect(overdue.isOverdue).toBe(true);
    expect(advance(NO_TRIAL, { type: "overdue", pipeline: null })).toBe(NO_TRIAL);
  });
});

describe("an import", () => {
  it("has counts once it is over", () => {
    expect(readSummary({})).toBeNull();
    const summary = readSummary({ rows: 3, rows_partial: 1, events: { A: 2, B: 3 }, lost: [{ event: "B", events: 1, rows: 1, reasons: { "x: no number": 1 } }] });
    expect(summary).toMatchObject({ rows: 3, rowsPartial: 1, rowsRejected: 0, lost: [{ event: "B", reasons: [["x: no number", 1]] }] });
    expect(summary && eventsIn(summary)).toBe(5);
  });

  it("is tried on whole lines of the beginning", () => {
    const line = `${"x".repeat(999)}\n`;
    const sample = sampleOf(line.repeat(2_000));
    expect(sample.split("\n").every((each) => each.length === 999)).toBe(true);
    expect(sample.split("\n")).toHaveLength(500);
    const wide = sampleOf(`${"y".repeat(400_000)}\n`.repeat(5));
    expect(wide.split("\n").map((each) => each.length)).toEqual([400_000, 400_000]);
    expect(sampleOf("a,b\n1,2")).toBe("a,b\n1,2");
  });
});
