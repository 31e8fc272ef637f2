import { expect, it } from "vitest";
import { perMinute } from "./arriving";

const now = Date.parse("2026-11-23T12:00:30Z");
const item = (at: string, stored: number, quarantined = 0) => ({ at, source_id: "src_1", received: stored + quarantined, stored, quarantined, duplicate: 0, suppressed: 0 });
const total = { received: 0, stored: 0, duplicate: 0, quarantined: 0, suppressed: 0 };

it("has each of the last sixty minutes once, and adds the sources up", () => {
  const minutes = perMinute({ total, items: [item("2026-11-23T12:00:00Z", 3), item("2026-11-23T12:00:00Z", 4, 1), item("2026-11-23T11:01:00Z", 9)] }, now);
  expect(minutes).toHaveLength(60);
  expect(minutes.at(-1)).toMatchObject({ stored: 7, quarantined: 1 });
  expect(minutes[0]).toMatchObject({ stored: 9 });
  expect(minutes.reduce((sum, minute) => sum + minute.stored, 0)).toBe(16);
});

it("leaves out what is older than an hour", () => {
  expect(perMinute({ total, items: [item("2026-11-23T10:59:00Z", 5)] }, now).every((minute) => minute.stored === 0)).toBe(true);
});
