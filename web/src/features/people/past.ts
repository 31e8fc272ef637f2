import type { Schema } from "@shared/api/client";

type Past = Pick<Schema<"ProfilePast">, "traits">;
type Today = { traits: Record<string, { value: unknown }> };

/** A trait then and today. */
export interface Difference {
  name: string;
  then: Schema<"PastTrait"> | undefined;
  today: unknown;
  change: "same" | "changed" | "new" | "gone";
}

/** Each trait that was or is known; those that differ come first. */
export function comparePast(past: Past, person: Today): Difference[] {
  const names = [...new Set([...Object.keys(person.traits), ...Object.keys(past.traits)])];
  const rows = names.map((name): Difference => {
    const then = past.traits[name];
    const today = person.traits[name];
    const isSame = JSON.stringify(then?.value) === JSON.stringify(today?.value);
    return { name, then, today: today?.value, change: !then ? "new" : !today ? "gone" : isSame ? "same" : "changed" };
  });
  return rows.toSorted((one, other) => Number(one.change === "same") - Number(other.change === "same"));
}
