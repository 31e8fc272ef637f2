// Any JSON is YAML, so texts stand as JSON texts: no word can be taken for a number, a date or a yes.
const PLAIN = /^[A-Za-z_][\w-]*$/;
const WORDS = /^(y|n|yes|no|on|off|true|false|null|~)$/i;

const scalar = (value: unknown) => (typeof value === "string" && PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value ?? null));
const key = (name: string) => scalar(name);

/** JSON data as YAML. */
export function toYaml(value: unknown): string {
  return lines(value).join("\n") + "\n";
}

function lines(value: unknown): string[] {
  if (Array.isArray(value)) return value.length === 0 ? ["[]"] : value.flatMap((item) => itemOf(item));
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined);
    return entries.length === 0 ? ["{}"] : entries.flatMap(([name, each]) => entry(name, each));
  }
  return [scalar(value)];
}

const isBlock = (value: unknown) => typeof value === "object" && value !== null && Object.keys(value).length > 0 && !isShort(value);
/** A list of plain values stays on its line. */
const isShort = (value: unknown) => Array.isArray(value) && value.every((each) => typeof each !== "object" || each === null);
const inline = (value: unknown) => (isShort(value) ? `[${(value as unknown[]).map(scalar).join(", ")}]` : lines(value).join(""));

function entry(name: string, value: unknown): string[] {
  return isBlock(value) ? [`${key(name)}:`, ...lines(value).map((line) => `  ${line}`)] : [`${key(name)}: ${inline(value)}`];
}

function itemOf(value: unknown): string[] {
  if (!isBlock(value)) return [`- ${inline(value)}`];
  return lines(value).map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`));
}
