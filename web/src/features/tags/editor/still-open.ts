import { type Content, isMeasureFilled, mistakeOf } from "../model/definition";

/** A rule without conditions would give its value to everybody: that is what "everybody else" is for. */
export const isEmptyRule = (rule: unknown) => JSON.stringify(rule) === '{"kind":"all","rules":[]}';

/** How many places still need something, with so many in the rules. */
export function countOpen(content: Content, inRules: number): number {
  if (content.kind === "statistic") return isMeasureFilled(content.measure) ? 0 : 1;
  const { levels, otherwise, valueType } = content;
  const values = levels.filter((level) => mistakeOf(level.value, valueType) !== null).length;
  const rules = levels.filter((level) => isEmptyRule(level.rule)).length;
  return inRules + values + rules + (otherwise !== null && mistakeOf(otherwise, valueType) !== null ? 1 : 0);
}
