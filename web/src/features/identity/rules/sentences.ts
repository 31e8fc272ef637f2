import type { Composite, IdType, LinkRule } from "./model";

export type Said =
  | { key: "off" | "shared" | "notUnique" | "unique" | "perSource" | "noCap" }
  | { key: "ever" | "year" | "month" | "week" | "day"; count: number }
  | { key: "cap"; cap: number }
  | { key: "blocked"; count: number }
  | { key: "made"; count: number };

/** What the settings of a type mean, one fact after the other; the most telling first. */
export function saidOfType(type: IdType): Said[] {
  if (!type.is_enabled) return [{ key: "off" }];
  if (type.is_shared) return [{ key: "shared" }];
  const blocked = type.blocked.length + type.blocked_patterns.length;
  return [
    { key: type.window, count: type.limit },
    type.degree_cap === null ? { key: "noCap" } : { key: "cap", cap: type.degree_cap },
    { key: type.is_unique ? "unique" : "notUnique" },
    ...(type.scope === "source" ? [{ key: "perSource" } as const] : []),
    ...(blocked ? [{ key: "blocked", count: blocked } as const] : []),
  ];
}

/** The same for a key made of traits. */
export function saidOfComposite(key: Composite): Said[] {
  if (!key.is_enabled) return [{ key: "off" }];
  return [{ key: "made", count: key.traits.length }, { key: "ever", count: key.limit }, key.degree_cap === null ? { key: "noCap" } : { key: "cap", cap: key.degree_cap }];
}

/** Whether a rule links any identifiers whatever. */
export const linksAll = (rule: LinkRule) => rule.pairs.some(([one, other]) => one === "*" && other === "*");
