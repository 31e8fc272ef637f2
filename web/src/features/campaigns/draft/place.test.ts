import { describe, expect, it } from "vitest";
import { differences } from "./differences";
import { whereOf } from "./place";

it.each([
  ["audience_id", "audience", null],
  ["content.goal.event", "audience", null],
  ["arms", "split", null],
  ["arms[1].weight", "split", null],
  ["arms[1]", "split", null],
  ["content.arms[1].blocks[3].columns[0][1].text", "content", 1],
  ["arms[0].subject", "content", 0],
  ["theme.width", "content", null],
  ["content.utm.source", "schedule", null],
  ["reply_to", "schedule", null],
])("%s is edited in %s", (path, step, arm) => expect(whereOf(path)).toMatchObject({ step, arm }));

describe("differences", () => {
  it("name the smallest parts that differ, and nothing else", () => {
    const before = { name: "x", content: { arms: [{ subject: "a", blocks: [{ text: "1" }] }], goal: null } };
    const after = { name: "x", content: { arms: [{ subject: "b", blocks: [{ text: "1" }, { text: "2" }] }], goal: { event: "e" } } };
    expect(differences(before, after)).toEqual(["content.arms[0].subject", "content.arms[0].blocks[1]", "content.goal"]);
    expect(differences(before, structuredClone(before))).toEqual([]);
  });
});
