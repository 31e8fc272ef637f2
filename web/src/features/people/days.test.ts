import { expect, it } from "vitest";
import { endOfDay } from "./days";

it.each([
  ["2026-11-23", "Asia/Shanghai", "2026-11-23T15:59:59.999Z"],
  ["2026-11-23", "UTC", "2026-11-23T23:59:59.999Z"],
  ["2026-07-01", "America/New_York", "2026-07-02T03:59:59.999Z"],
  ["2026-03-28", "Europe/Berlin", "2026-03-28T22:59:59.999Z"], // the night before clocks change
  ["2026-03-29", "Europe/Berlin", "2026-03-29T21:59:59.999Z"], // a day of 23 hours
  ["2026-10-25", "Europe/Berlin", "2026-10-25T22:59:59.999Z"], // and one of 25
])("ends %s in %s at %s", (day, zone, end) => expect(endOfDay(day, zone)).toBe(end));
