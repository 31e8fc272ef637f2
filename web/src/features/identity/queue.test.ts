import { describe, expect, test } from "vitest";
import { type Queue, type Step, noQueue, step } from "./queue";
import { agreement, barsOf, shownShare } from "./review/weights";

const run = (start: Queue, ...steps: Step[]) => steps.reduce(step, start);
const abc = run(noQueue, { kind: "list", ids: ["a", "b", "c"] });

describe("a queue", () => {
  test("begins at the first and stays within its ends", () => {
    expect(abc.at).toBe("a");
    expect(run(abc, { kind: "previous" }).at).toBe("a");
    expect(run(abc, { kind: "next" }, { kind: "next" }, { kind: "next" }).at).toBe("c");
    expect(run(noQueue, { kind: "next" }).at).toBeNull();
  });

  test("goes on with the one after who is done, at the end with the one before", () => {
    expect(run(abc, { kind: "next" }, { kind: "done", id: "b" })).toEqual({ ids: ["a", "c"], at: "c" });
    expect(run(abc, { kind: "go", to: "c" }, { kind: "done", id: "c" })).toEqual({ ids: ["a", "b"], at: "b" });
    expect(run(abc, { kind: "done", id: "c" })).toEqual({ ids: ["a", "b"], at: "a" });
    expect(run(abc, { kind: "done", id: "a" }, { kind: "done", id: "b" }, { kind: "done", id: "c" })).toEqual({ ids: [], at: null });
  });

  test("keeps its place when the list is loaded anew", () => {
    const at = run(abc, { kind: "next" });
    expect(run(at, { kind: "list", ids: ["x", "a", "b"] }).at).toBe("b");
    expect(run(at, { kind: "list", ids: ["a", "c"] }).at).toBe("c");
    expect(run(at, { kind: "list", ids: [] }).at).toBeNull();
    expect(run({ ids: [], at: "c" }, { kind: "list", ids: ["a", "b", "c"] }).at).toBe("c"); // from a link
  });

  test("does not go where there is nothing", () => {
    expect(run(abc, { kind: "go", to: "z" })).toEqual(abc);
  });
});

describe("weights", () => {
  const told = { prior: -15, weight: 4.5, steps: [{ title: "Name", weight: 10, correction: -0.5 }, { title: "Phone", weight: 0, correction: 0 }, { title: "Birthday", weight: 10, correction: 0 }] };
  test("each bar begins where the one before ended, and the last is the sum", () => {
    const bars = barsOf(told, { prior: "Any two", sum: "Sum" });
    bars.slice(1, -1).forEach((bar, index) => expect(bar.from).toBeCloseTo(bars[index]?.to ?? NaN));
    expect(bars.at(-2)?.to).toBeCloseTo(told.weight);
    expect(bars.at(-1)).toEqual({ name: "Sum", from: 0, to: 4.5 });
  });

  test("what is nearly sure is not shown as sure", () => {
    expect(shownShare(0.99996)).toEqual({ share: 0.9999, digits: 2 });
    expect(shownShare(0.857).share).toBeCloseTo(0.85);
  });

  test("what is missing says nothing", () => {
    expect([undefined, "missing", "different", "same name"].map(agreement)).toEqual(["unknown", "unknown", "differs", "agrees"]);
  });
});
