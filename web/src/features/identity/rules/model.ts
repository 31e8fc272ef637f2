import type { Schema } from "@shared/api/client";

export type Version = Schema<"IdentityVersionOut">;
export type RulesOut = Schema<"IdentityRulesOut">;
type TypeOut = Schema<"IdentityTypeOut">;

export const NORMALISERS = ["text", "lower", "digits", "email", "phone"] as const;

export type IdType = Omit<TypeOut, "origin" | "normaliser"> & { normaliser: (typeof NORMALISERS)[number] };

export interface Composite {
  name: string;
  traits: string[];
  limit: number;
  degree_cap: number | null;
  priority: number;
  is_enabled: boolean;
}

export const EVIDENCE = ["same_event", "alias", "match"] as const;
export type Evidence = (typeof EVIDENCE)[number];

export interface LinkRule {
  id: string;
  kinds: Evidence[];
  pairs: [string, string][];
  sources: string[];
  is_enabled: boolean;
}

export const UNSIGNED = ["attach", "link", "ignore"] as const;
export const WINDOWS = ["ever", "year", "month", "week", "day"] as const;
export const SENSITIVITIES = ["plain", "personal", "sensitive"] as const;
export const CAPS = ["identifiers", "merges", "large"] as const;
export const ANY = "*";

/** All rules as they are edited: every type, also those that are built in and unchanged. */
export interface Rules {
  types: IdType[];
  composites: Composite[];
  rules: LinkRule[];
  caps: Record<(typeof CAPS)[number], number>;
  unsigned: (typeof UNSIGNED)[number];
  logout: { policy: "link" | "isolate"; events: string[] };
}

export const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** The rules of a version, to be edited. What it leaves out is what is built in, as the server tells with version 0. */
export function rulesOf(version: RulesOut): Rules {
  const document = version.rules as unknown as Omit<Rules, "types">;
  return {
    types: version.types.filter((each) => each.origin !== "composite").map(({ origin: _origin, ...type }) => type as IdType),
    composites: document.composites,
    rules: document.rules,
    caps: document.caps,
    unsigned: document.unsigned,
    logout: document.logout,
  };
}

/** What the API keeps: only those types that are not as they are built in. */
export function documentOf(rules: Rules, builtIn: readonly IdType[]): Record<string, unknown> {
  const known = new Map(builtIn.map((type) => [type.name, type]));
  return { ...rules, types: rules.types.filter((type) => !isSame(type, known.get(type.name))) };
}

export const newType = (name: string): IdType => ({
  name, normaliser: "text", pattern: "", blocked: [], blocked_patterns: [], scope: "workspace", limit: 5, window: "ever", priority: 50, degree_cap: 10,
  is_unique: true, is_shared: false, sensitivity: "personal", is_enabled: true,
});
export const newComposite = (name: string): Composite => ({ name, traits: [], limit: 3, degree_cap: 6, priority: 95, is_enabled: true });
export const newRule = (id: string): LinkRule => ({ id, kinds: ["same_event"], pairs: [[ANY, ANY]], sources: [], is_enabled: true });

/** A name that is not taken yet: `rule`, `rule_2`, … */
export function freeName(wish: string, taken: readonly string[]): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? wish : `${wish}_${number}`;
    if (!taken.includes(name)) return name;
  }
}

export type Change = { part: "type" | "composite" | "rule"; name: string; what: "new" | "gone" | "changed" } | { part: "order" | "caps" | "unsigned" | "logout" };

function named<Item>(part: "type" | "composite" | "rule", before: readonly Item[], after: readonly Item[], nameOf: (item: Item) => string): Change[] {
  const old = new Map(before.map((item) => [nameOf(item), item]));
  const names = new Set(after.map(nameOf));
  return [
    ...after.flatMap((item): Change[] => {
      const was = old.get(nameOf(item));
      return was === undefined ? [{ part, name: nameOf(item), what: "new" }] : isSame(was, item) ? [] : [{ part, name: nameOf(item), what: "changed" }];
    }),
    ...before.filter((item) => !names.has(nameOf(item))).map((item): Change => ({ part, name: nameOf(item), what: "gone" })),
  ];
}

/** What is different, one for each thing that was touched. */
export function changesOf(before: Rules, after: Rules): Change[] {
  const kept = (rules: Rules, other: Rules) => rules.rules.map((rule) => rule.id).filter((id) => other.rules.some((rule) => rule.id === id));
  return [
    ...named("type", before.types, after.types, (type) => type.name),
    ...named("composite", before.composites, after.composites, (key) => key.name),
    ...named("rule", before.rules, after.rules, (rule) => rule.id),
    ...(isSame(kept(before, after), kept(after, before)) ? [] : [{ part: "order" } as const]),
    ...(["caps", "unsigned", "logout"] as const).flatMap((part): Change[] => (isSame(before[part], after[part]) ? [] : [{ part }])),
  ];
}

export const NAME = /^[a-z][a-z0-9_]{0,59}$/;
export const RULE_ID = /^[a-z][a-z0-9_-]{0,39}$/;

/** Which version is worked on, and which is in force. The newest is a draft as long as it was never put in force. */
export function standing(versions: readonly Version[]): { inForce: number; draft: Version | null; newest: number } {
  const newest = versions[0];
  return {
    inForce: versions.find((each) => each.is_in_force)?.version ?? 0,
    draft: newest && !newest.applied_at && !newest.is_in_force ? newest : null,
    newest: newest?.version ?? 0,
  };
}

/** Moves an item within a list; the same list when there is no such place. */
export function moved<Item>(list: readonly Item[], from: number, to: number): Item[] {
  const item = list[from];
  if (item === undefined || to < 0 || to >= list.length) return [...list];
  const rest = list.filter((_, index) => index !== from);
  return [...rest.slice(0, to), item, ...rest.slice(to)];
}
