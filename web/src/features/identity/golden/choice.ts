import type { Schema } from "@shared/api/client";

export type Choice = Schema<"TraitChoiceOut">;
export type Strategy = Choice["strategy"];
export type Wanted = Pick<Choice, "trait" | "strategy" | "sources">;

/** In the order in which they are offered: the usual ones first. */
export const STRATEGIES = ["most_recent", "source_priority", "most_frequent", "most_complete", "first", "min", "max", "union", "never"] as const satisfies readonly Strategy[];
export const DEFAULT: Strategy = "most_recent";

/** What is sent: the order of sources counts for one way of choosing only. */
export const wantedOf = ({ trait, strategy, sources }: Wanted): Wanted => ({ trait, strategy, sources: strategy === "source_priority" ? sources : [] });

/** Whether both choose alike. */
export const isAlike = (one: Wanted, other: Wanted) => JSON.stringify(wantedOf(one)) === JSON.stringify(wantedOf(other));

/** Whether it can be tried and saved: an order of sources has to name one. */
export const isWhole = (wanted: Wanted) => wanted.strategy !== "source_priority" || wanted.sources.length > 0;

/** The traits that are looked for, by name or by what they are called. */
export function found(choices: readonly Choice[], search: string | undefined, ownOnly: boolean | undefined): Choice[] {
  const words = search?.toLowerCase() ?? "";
  return choices.filter((each) => (!ownOnly || !each.is_default) && `${each.label ?? ""}\n${each.trait}`.toLowerCase().includes(words));
}

/** A part of a list, as the API would page it; the cursor is where it begins. */
export function pageOf<Item>(items: readonly Item[], cursor: number | undefined, size: number): { items: Item[]; next_cursor: string | null } {
  const begin = cursor !== undefined && cursor < items.length ? cursor : 0;
  return { items: items.slice(begin, begin + size), next_cursor: begin + size < items.length ? String(begin + size) : null };
}

/** A value of any kind in a line; null for nothing. */
export function valueText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((each) => valueText(each) ?? "").join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
