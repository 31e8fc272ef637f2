import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api } from "@shared/api/client";
import { asJson, outline } from "@shared/rules/check";
import { useSettled } from "@shared/rules/completion";
import type { Rule } from "@shared/rules/wire";

export type Estimate = Schema<"EstimateOut">;

const WAIT = 400; // milliseconds without typing
const FRESH = 60_000;

/** Names one editor for the server, which stops an older count when a newer one of the same name comes. */
const newKey = () => `editor-${Math.random().toString(36).slice(2)}-${Date.now().toString(36)}`;

interface Wish {
  /** Only rules without mistakes can be counted. */
  isReady: boolean;
  /** Count a share of the people, faster and with a margin. */
  isSample: boolean;
}

/** How many people the rule selects, counted a moment after it was changed; a count that nobody waits for is stopped. */
export function useEstimate(rule: Rule, { isReady, isSample }: Wish) {
  const { i18n } = useTranslation();
  const settled = useSettled(rule, WAIT);
  const [key] = useState(newKey);
  const query = useQuery({
    queryKey: ["estimate of a rule", i18n.language, isSample, settled],
    queryFn: async ({ signal }) => {
      const { data } = await api.POST("/api/v1/audiences/estimate", { body: { rule: asJson(settled), key, sample: isSample }, signal });
      return { counted: settled, ...(data as Estimate) };
    },
    enabled: isReady && settled === rule,
    placeholderData: keepPreviousData,
    staleTime: FRESH,
    retry: false,
  });

  // Leaving the editor stops what still counts; while it is open, the next count does.
  useEffect(
    () => () => {
      void api.DELETE("/api/v1/audiences/estimate/{key}", { params: { path: { key } } }).catch(() => {});
    },
    [key],
  );

  const estimate = query.data;
  // The answer may have been given to another rule of the same content, before an undo for example.
  const isCurrent = estimate !== undefined && !query.isPlaceholderData && settled === rule;
  return {
    estimate,
    /** It is about the rule as it is now. */
    isCurrent,
    /** Its numbers belong beside the conditions that stand there now. */
    fits: estimate !== undefined && outline(estimate.counted) === outline(rule),
    isCounting: query.isFetching || (isReady && settled !== rule),
    error: isReady && settled === rule && !query.isFetching ? query.error : null,
    recount: () => void query.refetch(),
  };
}
