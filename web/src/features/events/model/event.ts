import type { Schema } from "@shared/api/client";

export type LiveEvent = Schema<"RecentEventOut">;

export const STATUSES = ["stored", "changed", "duplicate", "quarantined", "suppressed"] as const;

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** What is at a dotted path, such as `properties.price`; undefined for nothing. */
export function valueAt(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((found, name) => (isObject(found) ? found[name] : undefined), value);
}

/** A value as short as it can be read. */
export function brief(value: unknown): string {
  if (Array.isArray(value)) return `[${value.length}]`;
  if (isObject(value)) return "{…}";
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}

/** The properties, or for a person their traits, on one line. */
export function summaryOf(event: LiveEvent): string {
  const body = event.canonical ?? event.raw;
  if (!isObject(body)) return "";
  const values = [body.properties, body.traits].find((each) => isObject(each) && Object.keys(each).length > 0);
  if (!isObject(values)) return "";
  return Object.entries(values)
    .slice(0, 8)
    .map(([name, value]) => `${name}: ${brief(value)}`)
    .join("  ·  ");
}

const IDENTIFIER_FIELDS: Record<string, string[]> = { user_id: ["userId"], anonymous_id: ["anonymousId"] };

/** Where in an event, as it came or as it was stored, a changed thing stands. */
export function placesOf(path: string): string[] {
  const [head, ...rest] = path.split(".");
  if (head !== "identifiers") return [path];
  const name = rest.join(".");
  return IDENTIFIER_FIELDS[name] ?? [`traits.${name}`, `context.traits.${name}`, `properties.${name}`, name];
}

/** The same event as a call of the collector. It gets a new message id, or it would count as a duplicate. */
export function curlOf(raw: Json, collectorUrl: string): string {
  const { messageId: _id, ...event } = raw;
  const isSingle = typeof event.type === "string" && /^(track|identify|page|screen|group|alias)$/.test(event.type);
  const body = JSON.stringify(isSingle ? event : { batch: [event] });
  return [
    `curl -X POST '${collectorUrl}/v1/${isSingle ? String(event.type) : "batch"}'`,
    `  -u "$TRIBUTARY_WRITE_KEY:"`,
    `  -H 'Content-Type: application/json'`,
    `  -d '${body.replaceAll("'", "'\\''")}'`,
  ].join(" \\\n");
}
