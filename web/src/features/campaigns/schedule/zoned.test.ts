import { expect, it } from "vitest";
import { instantOf, wallOf } from "./zoned";

it.each([
  ["2026-11-23T18:00", "Asia/Shanghai", "2026-11-23T10:00:00.000Z"],
  ["2026-11-23T18:00", "America/New_York", "2026-11-23T23:00:00.000Z"],
  ["2026-07-01T00:30", "Europe/Berlin", "2026-06-30T22:30:00.000Z"],
  ["2026-03-29T03:30", "Europe/Berlin", "2026-03-29T01:30:00.000Z"],
  ["2026-11-23T18:00", "Asia/Kathmandu", "2026-11-23T12:15:00.000Z"],
])("%s in %s is %s", (wall, zone, utc) => expect(instantOf(wall, zone).toISOString()).toBe(utc));

it("goes back to the same wall-clock time, everywhere and all year", () => {
  for (const zone of ["Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "UTC"])
    for (let month = 1; month <= 12; month++) {
      const wall = `2026-${String(month).padStart(2, "0")}-15T09:45`;
      expect(wallOf(instantOf(wall, zone).getTime(), zone)).toBe(wall);
    }
});
