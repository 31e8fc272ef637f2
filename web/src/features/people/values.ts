import { showValue } from "@shared/format/value";

export { showValue };

// Where names and contact details stand already.
const SHOWN_ELSEWHERE = new Set(["name", "firstName", "lastName", "email", "phone"]);

/** The first few traits on one line. */
export function shortTraits(traits: Record<string, unknown>, nameOf: (name: string) => string = (name) => name, most = 5): string {
  return Object.entries(traits)
    .filter(([name, value]) => !SHOWN_ELSEWHERE.has(name) && value !== null && typeof value !== "object")
    .slice(0, most)
    .map(([name, value]) => `${nameOf(name)}: ${showValue(value)}`)
    .join(" · ");
}
