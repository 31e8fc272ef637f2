/** A value in a table cell. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(showValue).join(", ");
  if (typeof value === "object") return JSON.stringify(value);
  return String(value);
}

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
