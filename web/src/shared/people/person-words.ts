import type { Schema } from "../api/client";

export type PersonSummary = Schema<"PersonSummary">;

/** Identifiers that a program gave to a browser or a device: nobody is called so. */
const GIVEN = /^(anonymous_id|device_id|idfa|idfv|gaid|oaid|imei)(:|$)/;

/** What to call somebody, as masked by the server; null for somebody of whom nothing is known. */
export const nameOf = (person: Pick<PersonSummary, "name" | "email" | "identifiers">): string | null =>
  person.name || person.email || person.identifiers.find((each) => !GIVEN.test(each.type))?.value || null;

/** What tells them apart at a glance. */
export const noteOf = (person: Pick<PersonSummary, "traits">): string =>
  Object.values(person.traits)
    .filter((value) => ["string", "number"].includes(typeof value))
    .slice(0, 2)
    .join(" · ");
