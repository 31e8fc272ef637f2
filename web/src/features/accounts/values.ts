import { showValue } from "@shared/format/value";

// They stand at the top of the page and in columns of their own.
const SHOWN_ELSEWHERE = new Set(["name", "kind"]);

/** What is known of an account besides its name and kind, in the order of the names. */
export const otherTraits = (traits: Record<string, unknown>): [name: string, value: unknown][] =>
  Object.entries(traits)
    .filter(([name, value]) => !SHOWN_ELSEWHERE.has(name) && value !== null && value !== undefined)
    .toSorted(([one], [other]) => one.localeCompare(other));

/** The first few of them that are short, on one line. */
export const shortTraits = (traits: Record<string, unknown>, most = 4): string =>
  otherTraits(traits)
    .filter(([, value]) => typeof value !== "object")
    .slice(0, most)
    .map(([name, value]) => `${name}: ${showValue(value)}`)
    .join(" · ");
