import type { Compare, EventRule, Rule } from "@shared/rules/wire";
import { type Content, type Measure, wireValue } from "./definition";

/** Which values are meant: one, those from `from` up to but not `below`, those that are none of some, or having none. */
export type Part =
  | { kind: "value"; value: string | number }
  | { kind: "range"; from: number | null; below: number | null }
  | { kind: "rest"; but: (string | number)[] }
  | { kind: "none" };

/** The people whom a part of the values belongs to, as a rule; null where rules cannot say it. */
export type Select = (part: Part) => Rule | null;

/** Those of a tag that was computed. */
export const selectTagged =
  (tag: string): Select =>
  (part) => {
    switch (part.kind) {
      case "value":
        return { kind: "tag", tag, op: "is", value: part.value };
      case "range":
        return together([
          ...(part.from === null ? [] : [{ kind: "tag" as const, tag, op: "gte", value: part.from }]),
          ...(part.below === null ? [] : [{ kind: "tag" as const, tag, op: "lt", value: part.below }]),
        ]);
      case "rest":
        return together([{ kind: "tag", tag, op: "is_set" }, ...(part.but.length ? [{ kind: "tag" as const, tag, op: "not_in", value: part.but }] : [])]);
      case "none":
        return { kind: "tag", tag, op: "is_not_set" };
    }
  };

/** Those of a definition that is not computed yet. */
export const selectDefined = (content: Content): Select => (content.kind === "rule" ? selectByLevels(content) : selectMeasured(content.measure));

function selectByLevels({ levels, otherwise, valueType }: Content): Select {
  const rules = levels.map((level) => level.rule);
  const nobodyYet: Rule = { kind: "not", rule: { kind: "any", rules } };
  return (part) => {
    if (part.kind === "none") return nobodyYet;
    if (part.kind !== "value") return null;
    const ways: Rule[] = levels.flatMap((level, index) =>
      wireValue(level.value, valueType) === part.value
        ? [index === 0 ? level.rule : { kind: "all", rules: [{ kind: "not", rule: { kind: "any", rules: rules.slice(0, index) } }, level.rule] }]
        : [],
    );
    if (otherwise !== null && wireValue(otherwise, valueType) === part.value) ways.push(nobodyYet);
    return ways.length > 1 ? { kind: "any", rules: ways } : (ways[0] ?? null);
  };
}

function selectMeasured(measure: Measure): Select {
  const { function: name, property, ...scope } = measure;
  const did: EventRule = { kind: "event", ...scope };
  const compared = (compare: Compare): Rule | null => {
    if (name === "count") return { ...did, count: compare };
    if (name === "first" || name === "last" || !property) return null;
    return { kind: "event_aggregate", ...scope, function: name, property, compare };
  };
  return (part) => {
    if (part.kind === "none") return name === "count" ? { ...did, op: "did_not" } : null;
    const compares: Compare[] =
      part.kind === "value" && typeof part.value === "number" ? [{ op: "is", value: part.value }]
      : part.kind === "range" ? [...(part.from === null ? [] : [{ op: "gte" as const, value: part.from }]), ...(part.below === null ? [] : [{ op: "lt" as const, value: part.below }])]
      : [];
    const rules = compares.map(compared).filter((rule) => rule !== null);
    // Of nothing, the sum is 0: who never did it is not meant.
    return rules.length === 0 ? null : together([did, ...rules]);
  };
}

/** Everybody who gets a value; null where rules cannot say it. */
export function selectCovered(content: Content): Rule {
  if (content.kind === "statistic") {
    const { function: _function, property: _property, ...scope } = content.measure;
    return { kind: "event", ...scope };
  }
  return content.otherwise === null ? { kind: "any", rules: content.levels.map((level) => level.rule) } : { kind: "all", rules: [] };
}

const together = (rules: Rule[]): Rule => (rules.length === 1 && rules[0] ? rules[0] : { kind: "all", rules });
