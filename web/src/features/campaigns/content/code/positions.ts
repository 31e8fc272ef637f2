/** A place in a field as the API tells it: lines and columns from 1, in code points. */
export interface TextPlace {
  line: number | null;
  column: number | null;
  length: number | null;
}

/** The same as offsets of a JavaScript string, which counts some signs twice. Without a line: all of it. */
export function rangeOf(text: string, { line, column, length }: TextPlace): { from: number; to: number } {
  if (line === null) return { from: 0, to: text.length };
  let start = 0;
  for (let at = 1; at < line; at++) {
    const next = text.indexOf("\n", start);
    if (next < 0) break;
    start = next + 1;
  }
  const from = Math.min(text.length, start + units(text.slice(start), (column ?? 1) - 1));
  return { from, to: Math.min(text.length, from + units(text.slice(from), length ?? 1)) };
}

/** How many units of a JavaScript string the first code points take. */
function units(text: string, points: number): number {
  let taken = 0;
  for (const sign of text) {
    if (points-- <= 0) break;
    taken += sign.length;
  }
  return taken;
}

/** The smallest change that turns one text into another, so that the cursor stays where it is. */
export function smallestChange(before: string, after: string): { from: number; to: number; insert: string } | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from++;
  let end = 0;
  while (end < shorter - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
