import type { Schema } from "@shared/api/client";

export type PersonSummary = Schema<"PersonSummary">;

/** What to call somebody, as masked by the server; null where nothing is known. */
export const nameOf = (person: PersonSummary): string | null => person.name ?? person.email ?? person.identifiers[0]?.value ?? null;

/** What tells them apart at a glance. */
export const noteOf = (person: PersonSummary): string =>
  Object.values(person.traits)
    .filter((value) => ["string", "number"].includes(typeof value))
    .slice(0, 2)
    .join(" · ");
