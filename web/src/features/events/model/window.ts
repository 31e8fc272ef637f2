/** Rows of one height, of which at most one is open and as high as what is in it. */
export interface Rows {
  count: number;
  rowHeight: number;
  /** Which one is open, -1 for none, and how high its content is. */
  open: number;
  openHeight: number;
}

const BEYOND = 8; // rows drawn above and below what is seen, so that scrolling shows no gaps

export const heightOf = (rows: Rows) => rows.count * rows.rowHeight + (rows.open >= 0 ? rows.openHeight : 0);

export const topOf = (rows: Rows, index: number) => index * rows.rowHeight + (rows.open >= 0 && index > rows.open ? rows.openHeight : 0);

/** The rows to draw, from `first` up to and not including `end`. */
export function visible(rows: Rows, scrollTop: number, viewHeight: number): { first: number; end: number } {
  const indexAt = (y: number) => {
    const plain = Math.floor(y / rows.rowHeight);
    if (rows.open < 0 || plain <= rows.open) return plain;
    return Math.max(rows.open, Math.floor((y - rows.openHeight) / rows.rowHeight));
  };
  const first = Math.max(0, Math.min(indexAt(scrollTop), rows.count) - BEYOND);
  return { first, end: Math.min(rows.count, indexAt(scrollTop + viewHeight) + 1 + BEYOND) };
}
