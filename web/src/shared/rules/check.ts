import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Schema, api } from "../api/client";
import { isObject } from "./shape";
import { useSettled } from "./completion";
import type { Rule } from "./wire";

export type RuleCheck = Schema<"RuleExplanation">;

/** For the API, which takes any JSON object as a rule and says itself what is wrong with it. */
export const asJson = (rule: Rule) => rule as unknown as Record<string, unknown>;

/** Groups and kinds without anything else: two rules with the same outline have their conditions at the same places. */
export function outline(rule: unknown): string {
  if (!isObject(rule)) return "?";
  if (Array.isArray(rule.rules)) return `${String(rule.kind)}(${rule.rules.map(outline).join()})`;
  return rule.kind === "not" ? `not(${outline(rule.rule)})` : String(rule.kind);
}

const WAIT = 150; // milliseconds without typing

/** The rule in words and all that is wrong with it, asked of the server a moment after it was changed. */
export function useRuleCheck(rule: Rule) {
  const { i18n } = useTranslation();
  const settled = useSettled(rule, WAIT);
  const query = useQuery({
    queryKey: ["check of a rule", i18n.language, settled],
    queryFn: async ({ signal }) => {
      const { data } = await api.POST("/api/v1/rules/explain", { body: { rule: asJson(settled) }, signal });
      return { checked: settled, ...(data as RuleCheck) };
    },
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });
  // The answer may have been given to another rule of the same content, a moment ago.
  const isCurrent = query.data !== undefined && !query.isPlaceholderData && settled === rule;
  const fits = query.data !== undefined && outline(query.data.checked) === outline(rule);
  return {
    /** The answer is about the rule as it is now. */
    isCurrent,
    /** Null while the rule cannot be read. */
    sentence: query.data?.sentence ?? null,
    /** Those of the rule before, as long as its conditions stand where they stood. */
    problems: fits ? (query.data?.problems ?? []) : [],
    error: query.error,
    retry: () => void query.refetch(),
  };
}
