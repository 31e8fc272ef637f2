import * as v from "valibot";

/** Search parameters are wishes of whoever wrote the link: one that makes no sense is left out, not an error. */
export const text = v.fallback(v.optional(v.pipe(v.union([v.string(), v.number(), v.boolean()]), v.transform(String))), undefined);
export const flag = v.fallback(v.optional(v.boolean()), undefined);
export const whole = v.fallback(v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))), undefined);
export const oneOf = <const Choices extends readonly string[]>(choices: Choices) =>
  v.fallback(v.optional(v.picklist(choices)), undefined);
/** Several of these, `?status=["stored"]`; one alone may stand without brackets. */
export const several = <const Choices extends readonly string[]>(choices: Choices) =>
  v.fallback(v.optional(v.pipe(v.union([v.array(v.picklist(choices)), v.pipe(v.picklist(choices), v.transform((one) => [one]))]), v.minLength(1))), undefined);
/** Several texts. */
export const texts = v.fallback(v.optional(v.pipe(v.union([v.array(v.string()), v.pipe(v.string(), v.transform((one) => [one]))]), v.minLength(1))), undefined);

/** `validateSearch` of a route: `search({ q: text, tab: oneOf(["events", "links"]) })`. */
export const search = <Entries extends v.ObjectEntries>(entries: Entries) => {
  const schema = v.object(entries);
  return (raw: Record<string, unknown>) => v.parse(schema, raw);
};
