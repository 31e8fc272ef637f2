import type { Leaf } from "./wire";

type Check = (value: unknown) => boolean;
type Shape = Record<string, { check: Check; isRequired?: boolean }>;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text: Check = (value) => typeof value === "string";
const number: Check = (value) => typeof value === "number";
const among =
  (...choices: string[]): Check =>
  (value) =>
    typeof value === "string" && choices.includes(value);
const scalar: Check = (value) => ["string", "number", "boolean"].includes(typeof value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

function fits(value: unknown, shape: Shape): boolean {
  if (!isObject(value)) return false;
  if (Object.keys(value).some((key) => !(key in shape))) return false;
  return Object.entries(shape).every(([key, { check, isRequired }]) =>
    value[key] === undefined ? !isRequired : check(value[key]),
  );
}

const must = (check: Check) => ({ check, isRequired: true });
const may = (check: Check) => ({ check });

const unit = among("hours", "days", "weeks", "months");
const compare: Check = (value) =>
  fits(value, {
    op: must(among("is", "is_not", "lt", "lte", "gt", "gte", "between")),
    value: may((inner) => number(inner) || listOf(orNull(number))(inner)),
  });
const operand: Check = (value) => value === null || scalar(value) || listOf(orNull(scalar))(value) || compare(value);
const window: Check = (value) =>
  fits(value, { kind: must(among("all_time")) }) ||
  fits(value, { kind: must(among("last")), value: may(number), unit: must(unit) }) ||
  fits(value, { kind: must(among("ago")), least: may(number), most: may(number), unit: must(unit) }) ||
  fits(value, { kind: must(among("fixed")), start: may(orNull(text)), end: may(orNull(text)) });

const operation = { op: must(text), value: may(operand), unit: may(orNull(unit)), ignore_case: may((value) => typeof value === "boolean") };
const scope = {
  event: must(text),
  where: may(listOf((value) => fits(value, { property: must(text), ...operation }))),
  match: may(among("all", "any")),
};
const { ignore_case: _case, ...time } = operation;
const { unit: _unit, ...tagged } = operation;
const kind = must(text);

const LEAVES: Record<Leaf["kind"], Shape> = {
  trait: { kind, trait: must(text), ...operation },
  event: { kind, ...scope, op: may(among("did", "did_not")), count: may(orNull(compare)), window: may(window) },
  event_aggregate: {
    kind, ...scope, function: must(among("sum", "avg", "min", "max", "distinct")), property: must(text), compare: must(compare),
    window: may(window),
  },
  regular: { kind, ...scope, at_least: may(number), periods: may(number), unit: must(unit) },
  first_time: { kind, ...scope, ...time },
  last_time: { kind, ...scope, ...time },
  tag: { kind, tag: must(text), ...tagged },
  audience: { kind, audience: must(text), op: may(among("in", "not_in")) },
  random: { kind, salt: must(text), from_percent: must(number), to_percent: must(number) },
};

/** Whether the editor knows every part of it. Anything else is shown as it is, and kept. */
export function isKnownLeaf(value: unknown): value is Leaf {
  if (!isObject(value) || typeof value.kind !== "string" || !Object.hasOwn(LEAVES, value.kind)) return false;
  return fits(value, LEAVES[value.kind as Leaf["kind"]]);
}
