/** Offset of a zone from UTC at an instant, in minutes. */
function offsetAt(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone, hour12: false, year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  }).formatToParts(instant);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value ?? 0);
  const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour") % 24, part("minute"), part("second"));
  return Math.round((shown - Math.floor(instant / 1_000) * 1_000) / 60_000);
}

/** The instant of a wall-clock time such as `2026-11-23T18:00` in a zone. A time that the clocks skip means the one after. */
export function instantOf(wall: string, timeZone: string): Date {
  const asUtc = Date.parse(`${wall.slice(0, 16)}:00Z`);
  const first = asUtc - offsetAt(asUtc, timeZone) * 60_000;
  return new Date(asUtc - offsetAt(first, timeZone) * 60_000);
}

/** The wall-clock time `YYYY-MM-DDTHH:mm` of an instant in a zone. */
export function wallOf(instant: number, timeZone: string): string {
  return new Date(instant + offsetAt(instant, timeZone) * 60_000).toISOString().slice(0, 16);
}
