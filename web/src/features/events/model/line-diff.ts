export interface DiffLine {
  kind: "same" | "gone" | "new";
  text: string;
}

/** The lines of two texts, as few of them gone and new as can be. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const old = before.split("\n");
  const now = after.split("\n");
  // longest[i][j]: how many lines `old` from i on and `now` from j on have in common, in order.
  const longest = Array.from({ length: old.length + 1 }, () => new Uint32Array(now.length + 1));
  const at = (i: number, j: number) => longest[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1)
    for (let j = now.length - 1; j >= 0; j -= 1) {
      const row = longest[i];
      if (row) row[j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push({ kind: "same", text: old[i] ?? "" });
      i += 1;
      j += 1;
    } else if (i < old.length && (j >= now.length || at(i + 1, j) >= at(i, j + 1))) lines.push({ kind: "gone", text: old[i++] ?? "" });
    else lines.push({ kind: "new", text: now[j++] ?? "" });
  }
  return lines;
}

export const isChanged = (lines: DiffLine[]) => lines.some((line) => line.kind !== "same");
