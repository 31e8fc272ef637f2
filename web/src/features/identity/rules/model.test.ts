import { describe, expect, test } from "vitest";
import { staleness } from "../impact/stale";
import { type RulesOut, type Version, changesOf, documentOf, freeName, moved, newComposite, newRule, newType, rulesOf, standing } from "./model";
import { linksAll, saidOfComposite, saidOfType } from "./sentences";

const version = (number: number, rest: Partial<Version> = {}): Version => ({ version: number, note: "", created_by: "u", created_at: "2026-01-01T00:00:00Z", applied_at: null, is_in_force: false, ...rest });

const builtIn: RulesOut = {
  ...version(0),
  rules: { types: [], composites: [], rules: [newRule("alias"), newRule("same_event")], caps: { identifiers: 200, merges: 100, large: 20 }, unsigned: "attach", logout: { policy: "link", events: [] } },
  types: [{ ...newType("user_id"), limit: 1, origin: "built_in" }, { ...newType("email"), origin: "built_in" }],
};

describe("rules", () => {
  test("what is built in and unchanged is not kept", () => {
    const rules = rulesOf(builtIn);
    expect(documentOf(rules, rules.types)).toEqual(builtIn.rules);
  });

  test("what was changed or added is kept, and nothing else", () => {
    const rules = rulesOf(builtIn);
    const changed = { ...rules, types: [...rules.types.map((type) => (type.name === "email" ? { ...type, limit: 2 } : type)), newType("crm_id")] };
    expect(documentOf(changed, rules.types).types).toEqual([{ ...newType("email"), limit: 2 }, newType("crm_id")]);
  });

  test("keys made of traits are no types of their own", () => {
    expect(rulesOf({ ...builtIn, types: [...builtIn.types, { ...newType("name_birthday"), origin: "composite" }] }).types.map((type) => type.name)).toEqual(["user_id", "email"]);
  });

  test("each thing that was touched is one change, and taking it back is none", () => {
    const rules = rulesOf(builtIn);
    const after = {
      ...rules, types: [...rules.types.slice(1), newType("crm_id")], composites: [newComposite("pair")], rules: [...rules.rules].reverse(), unsigned: "ignore" as const, caps: { ...rules.caps, large: 3 },
    };
    expect(changesOf(rules, after)).toEqual([
      { part: "type", name: "crm_id", what: "new" },
      { part: "type", name: "user_id", what: "gone" },
      { part: "composite", name: "pair", what: "new" },
      { part: "order" }, { part: "caps" }, { part: "unsigned" },
    ]);
    expect(changesOf(after, after)).toEqual([]);
    expect(changesOf(rules, structuredClone(rules))).toEqual([]);
  });

  test("the newest version is a draft until it was in force", () => {
    expect(standing([])).toEqual({ inForce: 0, draft: null, newest: 0 });
    const applied = { applied_at: "2026-01-02T00:00:00Z" };
    expect(standing([version(2), version(1, { ...applied, is_in_force: true })])).toMatchObject({ inForce: 1, draft: { version: 2 }, newest: 2 });
    // Gone back from: it was in force once, so nobody waits for it.
    expect(standing([version(2, applied), version(1, { ...applied, is_in_force: true })])).toEqual({ inForce: 1, draft: null, newest: 2 });
  });

  test("moving keeps everything, and beyond the ends nothing moves", () => {
    for (const [from, to] of [[0, 2], [2, 0], [1, 1]] as const) {
      const after = moved(["a", "b", "c"], from, to);
      expect(after[to]).toBe(["a", "b", "c"][from]);
      expect(after.toSorted()).toEqual(["a", "b", "c"]);
    }
    expect(moved(["a", "b"], 0, -1)).toEqual(["a", "b"]);
    expect(moved(["a", "b"], 1, 2)).toEqual(["a", "b"]);
  });

  test("a new name is free", () => {
    expect(freeName("rule", [])).toBe("rule");
    expect(freeName("rule", ["rule", "rule_2"])).toBe("rule_3");
  });
});

describe("sentences", () => {
  test.each([
    [{}, ["ever", "cap", "unique"]],
    [{ is_unique: false, degree_cap: null, window: "week" as const }, ["week", "noCap", "notUnique"]],
    [{ scope: "source" as const, blocked: ["0"] }, ["ever", "cap", "unique", "perSource", "blocked"]],
    [{ is_shared: true }, ["shared"]],
    [{ is_enabled: false, is_shared: true }, ["off"]],
  ])("of a type with %o", (part, keys) => {
    expect(saidOfType({ ...newType("crm_id"), ...part }).map((each) => each.key)).toEqual(keys);
  });

  test("of a key made of traits, and of a rule", () => {
    expect(saidOfComposite({ ...newComposite("pair"), traits: ["name", "birthday"] })[0]).toEqual({ key: "made", count: 2 });
    expect(linksAll(newRule("x"))).toBe(true);
    expect(linksAll({ ...newRule("x"), pairs: [["*", "email"]] })).toBe(false);
  });
});

test.each([
  [{}, null],
  [{ isDirty: true }, "dirty"],
  [{ inForce: 3 }, "inForce"],
  [{ draft: 4 }, "newer"],
  [{ appliedAt: "2026-01-03T00:00:00Z" }, "otherBase"],
])("what was tried is stale by %o: %s", (now, why) => {
  expect(staleness({ version: 3, created_at: "2026-01-02T00:00:00Z" }, { isDirty: false, draft: 3, inForce: 1, appliedAt: "2026-01-01T00:00:00Z", ...now })).toBe(why);
});
