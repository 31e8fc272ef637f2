import { expect, it } from "vitest";
import { begin, record, redo, undo } from "./history";

it("undoes and redoes to the very same states", () => {
  let history = begin(0);
  for (const next of [1, 2, 3]) history = record(history, next, "", next);
  expect(undo(undo(history)).present).toBe(1);
  expect(redo(undo(history))).toEqual({ ...history, mark: null });
  expect(undo(undo(undo(undo(history)))).present).toBe(0);
  expect(redo(history)).toBe(history);
});

it("takes typing in one field as one change, until a pause", () => {
  let history = begin("");
  history = record(history, "h", "a.text", 0);
  history = record(history, "he", "a.text", 400);
  history = record(history, "hey", "a.text", 3_000);
  history = record(history, "hey!", "b.text", 3_100);
  const seen = [];
  while (history.past.length) seen.push((history = undo(history)).present);
  expect(seen).toEqual(["hey", "he", ""]);
});

it("forgets what could be redone after another change", () => {
  const history = record(undo(record(begin(0), 1, "", 0)), 2, "", 1);
  expect(history).toMatchObject({ past: [0], present: 2, future: [] });
});
