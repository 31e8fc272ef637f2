import { describe, expect, it } from "vitest";
import { csvCell } from "./list-csv";

describe("a cell of an exported file", () => {
  it.each([
    ["plain", "plain"],
    [12.5, "12.5"],
    [null, ""],
    ['say "hi"', '"say ""hi"""'],
    ["a,b", '"a,b"'],
    ["two\nlines", '"two\nlines"'],
  ])("writes %j as %j", (value, expected) => expect(csvCell(value)).toBe(expected));

  it.each(["=1+1", "+49 30", "-2", "@SUM(A1)", "\t=1"])("keeps a spreadsheet from computing %j", (value) =>
    expect(csvCell(value).replace(/^"/, "")).toMatch(/^'/),
  );
});
