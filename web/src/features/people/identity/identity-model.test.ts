import { describe, expect, it } from "vitest";
import { differingTraits, outcomesOf } from "./effect-model";
import { type Graph, type Link, type Node, groupsOf, strandOf, strandsOf, whoseIs } from "./graph-model";
import { layOut } from "./layout";
import { shorten } from "./picture-option";
import { asOf, stepBy, stepsOf } from "./replay-model";

const day = (number: number) => new Date(Date.UTC(2026, 0, number)).toISOString();

const node = (id: string, seen: number, rest: Partial<Node> = {}): Node => ({
  id, type: "anonymous_id", value: id, profile_id: "prf_1", is_own: true, is_removed: false, first_seen: day(seen), led_since: null, led_until: null,
  source_id: "src_1", claims: 0, cap: 10, is_over_cap: false, is_shared: false, is_unique: false, is_blocked: false, ...rest,
});

const link = (id: string, a: string, b: string, at: number, refusal = ""): Link => ({
  id, a, b, kind: "same_event", rule: "same_event", is_linked: refusal === "", refusal, reason: "", is_trusted: true, source_id: "src_1", message_id: id, at: day(at),
});

const graph: Pick<Graph, "nodes" | "links" | "merges"> = {
  nodes: [
    node("user", 1, { is_unique: true }), node("mail", 3, { is_unique: true }), node("browser", 2),
    node("rival", 1, { is_own: false, profile_id: "prf_2", is_unique: true }), node("kiosk", 1, { is_own: false, profile_id: null, is_over_cap: true }),
  ],
  links: [link("l1", "user", "browser", 4), link("l2", "user", "mail", 5), link("l3", "mail", "rival", 6, "limit:user_id"), link("l4", "rival", "mail", 7, "limit:user_id"), link("l5", "user", "kiosk", 8, "claimed_by_many")],
  merges: [{ id: "mrg_1", kind: "merge", survivor_id: "prf_1", absorbed_id: "prf_3", rule: "same_event", actor: "system", identifiers: ["user", "mail"], source_id: "", message_id: "", at: day(5), evidence_at: day(5) }],
};

it("draws one line for a pair, whatever the direction and number of its evidence", () => {
  const strands = strandsOf(graph.links);
  expect(strands.map(({ id, isLinked }) => [id, isLinked])).toEqual([["l1", true], ["l2", true], ["l4", false], ["l5", false]]);
  expect(strandOf(strands, "l3")?.id).toBe("l4");
  expect(strandsOf([link("x", "a", "b", 9, "no_rule"), link("y", "b", "a", 1)])[0]).toMatchObject({ id: "y", isLinked: true });
});

it.each([
  [node("a", 1), "own"], [node("a", 1, { is_own: false }), "other"], [node("a", 1, { is_own: false, profile_id: null }), "nobody"],
  [node("a", 1, { is_removed: true }), "removed"],
])("knows whose an identifier is", (given, whose) => expect(whoseIs(given)).toBe(whose));

describe("replay", () => {
  const steps = stepsOf(graph);
  it("goes in time, and what is of one instant is one step", () => {
    expect(steps.map((step) => step.at)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map(day));
    expect(steps[0]?.seen.map(({ id }) => id)).toEqual(["user"]); // the others' have a history of their own
    expect(steps[4]).toMatchObject({ links: [{ id: "l2" }], merges: [{ id: "mrg_1" }] });
  });
  it.each([[undefined, 7], [day(99), 7], [day(5), 4], [new Date(Date.UTC(2026, 0, 5, 12)).toISOString(), 4], [day(-5), 0]])("by %s it is step %s", (at, index) =>
    expect(stepBy(steps, at)).toBe(index));
  it.each([[1, ["user"], 1], [3, ["user", "mail", "browser"], 3], [4, ["user", "mail", "browser"], 2], [5, ["user", "mail", "browser"], 1], [6, ["user", "mail", "browser", "rival"], 1]])(
    "on day %s there is %s in %s groups", (at, ids, people) => {
      const past = asOf(graph, day(at));
      expect(past.nodes.map(({ id }) => id)).toEqual(ids);
      expect(past.people).toBe(people);
    });
  it("only ever adds evidence, and ends at today", () => {
    const counts = steps.map((step) => asOf(graph, step.at).links.length);
    expect(counts).toEqual(counts.toSorted((one, other) => one - other));
    expect(asOf(graph, steps.at(-1)?.at)).toEqual({ ...asOf(graph, undefined), people: 1 });
  });
});

it("groups are what evidence that counts connects", () => {
  expect(groupsOf(graph.nodes, graph.links).map((each) => each.toSorted())).toEqual([["browser", "mail", "user"], ["rival"], ["kiosk"]]);
});

describe("layout", () => {
  const many = (own: number, unique: number, apart: number) => [
    ...Array.from({ length: own }, (_, index) => node(`o${index}`, index + 1)),
    ...Array.from({ length: unique }, (_, index) => node(`u${index}`, index + 1, { is_unique: true })),
    ...Array.from({ length: apart }, (_, index) => node(`x${index}`, index + 1, { is_own: false, profile_id: null })),
  ];
  it.each([[1, 0, 0], [0, 1, 0], [0, 0, 1], [2, 3, 2], [9, 9, 9], [10, 1, 0], [120, 3, 70], [0, 0, 40]])("gives %s, %s and %s identifiers places of their own", (...counts) => {
    const nodes = many(...counts);
    const { points, look } = layOut(nodes, []);
    expect(look).toBe(Math.max(...counts) > 9 ? "signs" : "cards");
    expect(points.size).toBe(nodes.length);
    expect(new Set([...points.values()].map(({ x, y }) => `${x.toFixed(2)} ${y.toFixed(2)}`)).size).toBe(nodes.length);
    for (const { x, y } of points.values()) expect(Math.abs(x - 50) <= 50 && Math.abs(y - 50) <= 50).toBe(true);
  });
  it("does not depend on the order in which the graph is told", () => {
    const strands = strandsOf(graph.links);
    expect([...layOut(graph.nodes.toReversed(), strands.toReversed()).points].toSorted()).toEqual([...layOut(graph.nodes, strands).points].toSorted());
  });
});

describe("effect", () => {
  const person = (id: string, audiences: string[], traits: Record<string, unknown> = {}) => ({
    id, display_name: id, traits, identifiers: [], events: 1, tags: [{ id: "tag", name: "Level", value: audiences.length }], audiences: audiences.map((each) => ({ id: each, name: each })),
  });
  it("says what is gained and lost, and who is new", () => {
    const [stays, comes] = outcomesOf({ people: [person("a", ["x", "y"]), person("b", ["z"])] }, [person("a", ["x", "w", "v"])]);
    expect(stays?.audiences.map(({ item, change }) => [item.id, change])).toEqual([["x", "same"], ["y", "gained"], ["w", "lost"], ["v", "lost"]]);
    expect(stays?.tags.map(({ change }) => change)).toEqual(["gained", "lost"]);
    expect(comes).toMatchObject({ isNew: true, audiences: [{ change: "same" }] });
  });
  it("compares traits by value and counts a missing one as another", () => {
    const people = [person("a", [], { city: "上海", tags: ["x"], same: 1 }), person("b", [], { tags: ["x"], same: 1 })];
    expect(differingTraits(people)).toEqual([{ name: "city", values: ["上海", undefined] }]);
  });
});

it.each([["a***@example.com", "a***@example.com"], ["a***@seeds.example", "a***@seeds.exam…"], ["浏览器标识与设备", "浏览器标识与设备"], ["浏览器标识与设备编号", "浏览器标识与设…"]])("shortens %s to %s", (text, short) => expect(shorten(text)).toBe(short));
