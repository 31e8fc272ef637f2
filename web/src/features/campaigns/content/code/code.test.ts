import { describe, expect, it } from "vitest";
import { writingAt } from "./completion";
import { rangeOf, smallestChange } from "./positions";

describe("places in a text", () => {
  const text = "你好 👋 {{ x }}\nsecond {{ profile.a }}";
  it.each([
    [{ line: 1, column: 6, length: 7 }, "{{ x }}"], // the hand is one sign and two units
    [{ line: 2, column: 11, length: 9 }, "profile.a"],
    [{ line: 2, column: 1, length: null }, "s"],
    [{ line: null, column: null, length: null }, text],
    [{ line: 9, column: 99, length: 5 }, ""],
  ])("%o", (place, wanted) => {
    const { from, to } = rangeOf(text, place);
    expect(text.slice(from, to)).toBe(wanted);
  });

  it("changes no more than differs", () => {
    for (const [before, after] of [["abc", "abXc"], ["aaa", "aa"], ["", "x"], ["same", ""], ["你好", "你们好"]] as const) {
      const change = smallestChange(before, after);
      expect(change && before.slice(0, change.from) + change.insert + before.slice(change.to)).toBe(after);
    }
    expect(smallestChange("a", "a")).toBeNull();
  });
});

describe("what is being written", () => {
  it.each([
    ["Hello wor", null],
    ["{{ profile.na }} and th", null],
    ["{{ pro", "name"],
    ["{{ profile.na", "member"],
    ["{{ profile.name | de", "filter"],
    ['{{ profile.name | default: "my fri', null],
    ["{% i", "tag"],
    ["{%- if pro", "name"],
    ["{% if profile.", "member"],
    ["你好 {{", "name"],
  ])("%s", (before, kind) => expect(writingAt(before)?.kind ?? null).toBe(kind));
});
