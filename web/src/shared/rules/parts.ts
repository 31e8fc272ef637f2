import { isObject } from "./shape";

const STEP = /([^.[\]]+)|\[(\d+)\]/g;

const stepsOf = (part: string) => [...part.matchAll(STEP)].map((match) => match[2] === undefined ? match[1] ?? "" : Number(match[2]));

/** What stands at a place in a condition, such as `where[0].value`. */
export function getPart(wire: unknown, part: string): unknown {
  return stepsOf(part).reduce<unknown>((at, step) => {
    if (typeof step === "number") return Array.isArray(at) ? at[step] : undefined;
    return isObject(at) ? at[step] : undefined;
  }, wire);
}

/** The condition with something else at a place. */
export function setPart<Wire>(wire: Wire, part: string, value: unknown): Wire {
  return put(wire, stepsOf(part), value) as Wire;
}

function put(at: unknown, [step, ...rest]: (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === "number") return Array.isArray(at) ? at.map((each, index) => (index === step ? put(each, rest, value) : each)) : at;
  return isObject(at) ? { ...at, [step]: put(at[step], rest, value) } : at;
}

/** Whether nothing has been filled in there yet: that is work to do, not a mistake. */
export function isBlank(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0 || value.some(isBlank);
  return isObject(value) && "op" in value && isBlank(value.value);
}
