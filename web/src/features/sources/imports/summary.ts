/** What an import counted, as its record keeps it; empty while it runs. */
export interface Summary {
  rows: number;
  rowsPartial: number;
  rowsRejected: number;
  rowsUnused: number;
  /** Events by name. */
  events: [string, number][];
  lost: { event: string; events: number; rows: number; reasons: [string, number][] }[];
}

const numberOf = (value: unknown) => (typeof value === "number" ? value : 0);
const pairsOf = (value: unknown) =>
  typeof value === "object" && value !== null ? Object.entries(value).map(([name, count]): [string, number] => [name, numberOf(count)]) : [];

/** Reads a record of counts; null if there is none yet. */
export function readSummary(raw: Record<string, unknown>): Summary | null {
  if (typeof raw.rows !== "number") return null;
  const lost = Array.isArray(raw.lost) ? (raw.lost as Record<string, unknown>[]) : [];
  return {
    rows: raw.rows,
    rowsPartial: numberOf(raw.rows_partial),
    rowsRejected: numberOf(raw.rows_rejected),
    rowsUnused: numberOf(raw.rows_unused),
    events: pairsOf(raw.events),
    lost: lost.map((each) => ({ event: String(each.event), events: numberOf(each.events), rows: numberOf(each.rows), reasons: pairsOf(each.reasons) })),
  };
}

export const eventsIn = (summary: Summary) => summary.events.reduce((sum, [, count]) => sum + count, 0);

const MOST_LINES = 500;
const MOST_CHARACTERS = 900_000; // the server takes a million

/** The beginning of a file in whole lines, short enough to try a mapping on. */
export function sampleOf(text: string): string {
  const begin = text.slice(0, MOST_CHARACTERS).split("\n");
  if (text.length > MOST_CHARACTERS) begin.pop();
  return begin.slice(0, MOST_LINES).join("\n");
}
