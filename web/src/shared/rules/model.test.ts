import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type DraftNode, type GroupNode, countConditions, decode, encode, findNode } from "./draft";
import { append, duplicate, insert, move, negate, remove, setKind, step, ungroup, wrap } from "./edit";
import { record, redo, startHistory, undo } from "./history";
import { byNode, pathsOf } from "./paths";
import { randomRule, seeded } from "./random-rule";

const MANY = 300;
const seeds = Array.from({ length: MANY }, (_, index) => index + 1);

const documented = [
  ...readFileSync("../docs/reference/rules.md", "utf8").matchAll(/```json\n([\s\S]*?)```/g),
].map((block) => JSON.parse(block[1] ?? "") as { kind: string });

function nodesOf(node: DraftNode): DraftNode[] {
  return node.type === "group" ? [node, ...node.children.flatMap(nodesOf)] : [node];
}

const leavesOf = (node: DraftNode) => nodesOf(node).filter((each) => each.type !== "group");
const contents = (node: DraftNode) => leavesOf(node).map((leaf) => JSON.stringify(leaf.wire)).sort();

describe("a rule and its draft", () => {
  it.each(documented.map((rule) => [JSON.stringify(rule).slice(0, 90), rule]))("documented: %s", (_, rule) => {
    const draft = decode(rule);
    expect(encode(draft)).toEqual(rule);
    expect(nodesOf(draft).some((node) => node.type === "opaque")).toBe(false);
  });

  it("covers every kind that is documented", () => {
    expect(new Set(documented.map((rule) => rule.kind)).size).toBeGreaterThanOrEqual(9);
  });

  it.each(seeds)("is the same after a round trip, seed %i", (seed) => {
    const rule = randomRule(seeded(seed));
    expect(encode(decode(rule))).toEqual(rule);
  });

  it.each([
    [{ kind: "sequence", steps: [{ event: "a" }, { event: "b" }], within: { value: 1 } }],
    [{ kind: "trait", trait: "city", op: "is", value: "x", weight: 3 }],
    [{ kind: "event", event: "a", window: { kind: "session", least: 3 } }],
    [{ kind: "all", rules: [], name: "of a newer server" }],
    [{ kind: "all", rules: [{ kind: "all" }, 7, null, "text", { kind: "not" }] }],
    [null],
    ["text"],
  ])("keeps what it does not know: %j", (rule) => {
    const draft = decode(rule);
    expect(encode(draft)).toEqual(rule);
    expect(nodesOf(draft).some((node) => node.type === "opaque")).toBe(true);
  });

  it("keeps operators of newer servers, which can be edited beside", () => {
    const [leaf] = decode({ kind: "trait", trait: "city", op: "sounds_like", value: "Paris" }).children;
    expect(leaf?.type).toBe("leaf");
  });
});

/** A change of the tree by chance: one of each operation. */
function change(root: GroupNode, random: () => number): GroupNode {
  const pick = <Item,>(items: Item[]) => items[Math.floor(random() * items.length)] as Item;
  const node = pick(nodesOf(root));
  const group = pick(nodesOf(root).filter((each): each is GroupNode => each.type === "group"));
  return pick([
    () => negate(root, node.id),
    () => wrap(root, node.id),
    () => ungroup(root, node.id),
    () => duplicate(root, node.id),
    () => remove(root, node.id),
    () => step(root, node.id, pick([-1, 1])),
    () => move(root, node.id, group.id, Math.floor(random() * (group.children.length + 1))),
    () => setKind(root, group.id, pick(["all", "any"])),
    () => append(root, group.id, decode(randomRule(random)).children[0] ?? decode({}).children[0] ?? node),
  ])();
}

describe("changes", () => {
  it.each(seeds)("keep ids apart, every node placed, and can all be taken back, seed %i", (seed) => {
    const random = seeded(seed);
    const first = startHistory(randomRule(random));
    let history = first;
    for (let count = 0; count < 12; count += 1) {
      history = record(history, change(history.present, random), null, count);
      const ids = nodesOf(history.present).map((node) => node.id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(encode(decode(encode(history.present)))).toEqual(encode(history.present));
      const paths = pathsOf(history.present);
      expect([...paths.keys()].sort()).toEqual([...ids].sort());
    }
    const end = history.present;
    let back = history;
    while (back.past.length) back = undo(back);
    expect(back.present).toBe(first.present);
    while (back.future.length) back = redo(back);
    expect(back.present).toBe(end);
  });

  it.each(seeds)("move, wrap and ungroup lose and invent nothing, seed %i", (seed) => {
    const random = seeded(seed);
    const root = decode(randomRule(random));
    const nodes = nodesOf(root);
    const node = nodes[Math.floor(random() * nodes.length)] as DraftNode;
    const groups = nodes.filter((each): each is GroupNode => each.type === "group");
    const group = groups[Math.floor(random() * groups.length)] as GroupNode;
    for (const next of [move(root, node.id, group.id, 0), wrap(root, node.id), step(root, node.id, 1), step(root, node.id, -1)])
      expect(contents(next)).toEqual(contents(root));
    if (node.negations === 0 && node.id !== root.id) {
      const wrapped = wrap(root, node.id);
      const around = nodesOf(wrapped).find((each) => each.type === "group" && each.children[0]?.id === node.id && !groups.some((old) => old.id === each.id));
      expect(encode(ungroup(wrapped, around?.id ?? ""))).toEqual(encode(root));
    }
  });

  it("negating twice is as if nothing had been done", () => {
    const root = decode({ kind: "all", rules: [{ kind: "audience", audience: "a" }] });
    const id = root.children[0]?.id ?? "";
    expect(encode(negate(negate(root, id), id))).toEqual(encode(root));
  });

  it("does not move a group into itself", () => {
    const root = decode({ kind: "all", rules: [{ kind: "any", rules: [{ kind: "all", rules: [] }] }] });
    const outer = root.children[0] as GroupNode;
    expect(move(root, outer.id, outer.children[0]?.id ?? "", 0)).toBe(root);
  });

  it("takes a group away with its last condition, but never the root", () => {
    const root = decode({ kind: "all", rules: [{ kind: "any", rules: [{ kind: "audience", audience: "a" }] }] });
    const leaf = leavesOf(root)[0];
    expect(encode(remove(root, leaf?.id ?? ""))).toEqual({ kind: "all", rules: [] });
  });

  it("drops a node where it is shown, also further down in its own group", () => {
    const root = decode({ kind: "all", rules: ["a", "b", "c"].map((audience) => ({ kind: "audience", audience })) });
    const names = (tree: GroupNode) => tree.children.map((child) => (child.type === "leaf" && child.wire.kind === "audience" ? child.wire.audience : "?")).join("");
    const id = root.children[0]?.id ?? "";
    expect(names(move(root, id, root.id, 3))).toBe("bca");
    expect(names(move(root, id, root.id, 2))).toBe("bac");
    expect(move(root, id, root.id, 1)).toBe(root);
    expect(names(insert(root, root.id, 1, decode({ kind: "audience", audience: "x" }).children[0] as DraftNode))).toBe("axbc");
  });

  it("counts typing in one control as one step", () => {
    const start = startHistory({ kind: "audience", audience: "a" });
    const one = record(start, negate(start.present, start.present.id), "n1.value", 0);
    const two = record(one, negate(one.present, one.present.id), "n1.value", 900);
    const three = record(two, setKind(two.present, two.present.id, "any"), "n1.value", 9_000);
    expect([one.past.length, two.past.length, three.past.length]).toEqual([1, 1, 2]);
  });
});

describe("places", () => {
  const rule = {
    kind: "all",
    rules: [
      { kind: "trait", trait: "city", op: "is" },
      { kind: "not", rule: { kind: "any", rules: [{ kind: "event", event: "", where: [{ property: "", op: "is" }] }] } },
    ],
  };

  it("are those of the API", () => {
    const root = decode(rule);
    const found = [...pathsOf(root).values()];
    expect(found).toEqual([
      { outer: "", inner: "" },
      { outer: "all[0]", inner: "all[0]" },
      { outer: "all[1]", inner: "all[1].not" },
      { outer: "all[1].not.any[0]", inner: "all[1].not.any[0]" },
    ]);
  });

  it.each([
    ["all[0].value", 1, "value"],
    ["all[1].not.any[0].where[0].property", 3, "where[0].property"],
    ["all[1].not", 2, ""],
    ["all[1]", 2, ""],
    ["", 0, ""],
  ])("%s is told at its node", (path, place, part) => {
    const root = decode(rule);
    const [[id, items] = ["", []]] = [...byNode(root, pathsOf(root), [{ path }])];
    expect(id).toBe(nodesOf(root)[place]?.id);
    expect(items.map((item) => item.part)).toEqual([part]);
  });

  it("of a lone condition have no group", () => {
    const root = decode({ kind: "not", rule: { kind: "trait", trait: "city", op: "is" } });
    const [[id, items] = ["", []]] = [...byNode(root, pathsOf(root), [{ path: "not.value" }])];
    expect(findNode(root, id)?.type).toBe("leaf");
    expect(items[0]?.part).toBe("value");
    expect(countConditions(root)).toBe(1);
  });
});
