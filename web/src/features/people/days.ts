/** The last instant of a day `YYYY-MM-DD` in a zone, as an ISO time: the hour at which its next day begins, less a millisecond. */
export function endOfDay(day: string, timeZone: string): string {
  const next = new Date(`${day}T00:00:00Z`).getTime() + 86_400_000;
  // Twice, because the offset at the guess may be another one than at the true midnight.
  let instant = next;
  for (let round = 0; round < 2; round++) instant = next - offsetAt(instant, timeZone);
  return new Date(instant - 1).toISOString();
}

/** How far clocks of a zone are ahead of UTC at an instant, in milliseconds. */
function offsetAt(instant: number, timeZone: string): number {
  const parts = Object.fromEntries(
    new Intl.DateTimeFormat("en-US", {
      timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
    }).formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  );
  const shown = Date.UTC(parts.year ?? 0, (parts.month ?? 1) - 1, parts.day, parts.hour, parts.minute, parts.second);
  return shown - Math.floor(instant / 1000) * 1000;
}
