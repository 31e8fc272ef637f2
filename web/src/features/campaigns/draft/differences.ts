type Json = unknown;

const isGroup = (value: Json): value is Record<string, Json> | Json[] => typeof value === "object" && value !== null;

/** The paths at which two drafts differ: `content.arms[0].subject`. A part that only one of them has is one path. */
export function differences(before: Json, after: Json, path = ""): string[] {
  if (Object.is(before, after)) return [];
  if (!isGroup(before) || !isGroup(after) || Array.isArray(before) !== Array.isArray(after)) return [path];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => {
    const next = Array.isArray(before) ? `${path}[${key}]` : path ? `${path}.${key}` : key;
    return differences((before as Record<string, Json>)[key], (after as Record<string, Json>)[key], next);
  });
}
