import type { Compare, Leaf, Match, Operation, Rule, Unit, Value, WindowRule } from "./wire";

// Rules by chance, the same for the same seed: for tests that say what holds for every rule.

/** Numbers from 0 to 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function randomRule(random: () => number, depth = 0): Rule {
  const pick = <Item>(...items: Item[]) => items[Math.floor(random() * items.length)] as Item;
  const chance = random();
  if (chance < 0.12) return { kind: "not", rule: randomRule(random, depth + 1) };
  if (chance < 0.45 && depth < 4) {
    const rules = Array.from({ length: Math.floor(random() * 4) }, () => randomRule(random, depth + 1));
    return { kind: pick("all", "any"), rules };
  }
  return randomLeaf(random, pick);
}

type Pick = <Item>(...items: Item[]) => Item;

function randomLeaf(random: () => number, pick: Pick): Leaf {
  const name = () => pick("city", "total", "name with a 4-byte sign \u{1F600}", "", "a b", "$page");
  const maybe = <Part extends object>(part: Part): Part | object => (random() < 0.5 ? part : {});
  const number = () => Math.floor(random() * 200) - 50;
  const unit = () => pick<Unit>("hours", "days", "weeks", "months");
  const compare = (): Compare =>
    pick<Compare>({ op: "gte", value: number() }, { op: "between", value: [number(), number()] }, { op: "is" }, { op: "lt", value: [null, 2] });
  const operation = (): Operation => ({
    op: pick("is", "not_in", "between", "in_last", "has_any", "length", "is_set", "sounds_like"),
    ...maybe({ value: pick<Value>("x", number(), true, ["a", 1, false], [null, 3], compare(), null) }),
  });
  const full = () => ({ ...operation(), ...maybe({ unit: pick<Unit | null>(unit(), null) }), ...maybe({ ignore_case: random() < 0.5 }) });
  const window = (): { window: WindowRule } => ({
    window: pick<WindowRule>(
      { kind: "all_time" },
      { kind: "last", value: number(), unit: unit() },
      { kind: "ago", least: number(), most: number(), unit: unit() },
      { kind: "fixed", start: "2026-11-01", end: null },
      { kind: "fixed" },
    ),
  });
  const scope = () => ({
    event: name(),
    ...maybe({ where: Array.from({ length: Math.floor(random() * 3) }, () => ({ property: name(), ...full() })) }),
    ...maybe({ match: pick<Match>("all", "any") }),
  });
  return pick<() => Leaf>(
    () => ({ kind: "trait", trait: name(), ...full() }),
    () => ({ kind: "event", ...scope(), ...maybe({ op: pick("did", "did_not") }), ...maybe({ count: pick(compare(), null) }), ...maybe(window()) }),
    () => ({ kind: "event_aggregate", ...scope(), function: pick("sum", "distinct"), property: name(), compare: compare(), ...maybe(window()) }),
    () => ({ kind: "regular", ...scope(), ...maybe({ at_least: number() }), ...maybe({ periods: number() }), unit: unit() }),
    () => ({ kind: pick("first_time", "last_time"), ...scope(), ...operation(), ...maybe({ unit: unit() }) }),
    () => ({ kind: "tag", tag: name(), ...operation(), ...maybe({ ignore_case: true }) }),
    () => ({ kind: "audience", audience: name(), ...maybe({ op: pick("in", "not_in") }) }),
    () => ({ kind: "random", salt: name(), from_percent: number(), to_percent: random() * 100 }),
  )();
}
