interface Column<Row> {
  title: string;
  csv?: (row: Row) => string | number | null | undefined;
}

interface Page<Row> {
  items: Row[];
  next_cursor?: string | null;
}

const MAX_ROWS = 10_000;

/** A cell that no spreadsheet takes for a formula. */
export function csvCell(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Loads all pages of a list, at most 10,000 rows, and hands the browser a CSV file. */
export async function saveCsv<Row>(
  name: string,
  columns: Column<Row>[],
  loadPage: (cursor: string | undefined) => Promise<Page<Row>>,
): Promise<void> {
  const lines = [columns.map((column) => csvCell(column.title)).join(",")];
  let cursor: string | undefined;
  do {
    const page = await loadPage(cursor);
    for (const row of page.items) lines.push(columns.map((column) => csvCell(column.csv?.(row))).join(","));
    cursor = page.next_cursor ?? undefined;
  } while (cursor && lines.length <= MAX_ROWS);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\uFEFF", lines.join("\r\n")], { type: "text/csv" })); // the mark makes Excel read UTF-8
  link.download = `${name}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
