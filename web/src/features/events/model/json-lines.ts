/** One line of JSON laid out: its text, how deep it stands, and the dotted path of what is on it. */
export interface JsonLine {
  path: string;
  depth: number;
  text: string;
}

const quote = (name: string) => `${JSON.stringify(name)}: `;

/** JSON laid out like `JSON.stringify(value, null, 2)`, with the path of each line. */
export function jsonLines(value: unknown, path = "", depth = 0, lead = "", end = ""): JsonLine[] {
  const isList = Array.isArray(value);
  if (!isList && (typeof value !== "object" || value === null))
    return [{ path, depth, text: `${lead}${JSON.stringify(value) ?? "null"}${end}` }];
  const entries = isList ? value.map((each, index) => [String(index), each] as const) : Object.entries(value as object);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) return [{ path, depth, text: `${lead}${open}${close}${end}` }];
  const inside = entries.flatMap(([name, each], index) =>
    jsonLines(each, path ? `${path}.${name}` : name, depth + 1, isList ? "" : quote(name), index < entries.length - 1 ? "," : ""),
  );
  return [{ path, depth, text: `${lead}${open}` }, ...inside, { path, depth, text: `${close}${end}` }];
}

/** Whether a line shows something that stands at one of the places, or inside of it. */
export const isMarked = (line: JsonLine, places: readonly string[]) =>
  places.some((place) => line.path === place || line.path.startsWith(`${place}.`));
