import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type Schema, api } from "@shared/api/client";
import { asProblem } from "@shared/api/problem";
import { useSettled } from "@shared/rules/completion";
import { type Content, writeDefinition } from "../model/definition";

export type Preview = Schema<"PreviewOut">;

const WAIT = 400; // milliseconds without typing

/** How the values would spread, asked a moment after the last change; an older question is given up. */
export function usePreview(content: Content, isReady: boolean) {
  const { i18n } = useTranslation();
  // As a text: an edit that changes nothing asks nothing.
  const wanted = JSON.stringify({ kind: content.kind, value_type: content.valueType, definition: writeDefinition(content) });
  const settled = useSettled(wanted, WAIT);
  const query = useQuery({
    queryKey: ["preview of a tag", i18n.language, settled],
    queryFn: async ({ signal }) => {
      const { data } = await api.POST("/api/v1/tags/preview", { body: JSON.parse(settled) as Schema<"TagPreview">, signal });
      return { asked: settled, ...(data as Preview) };
    },
    enabled: isReady && settled === wanted,
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
  const isCurrent = query.data !== undefined && !query.isPlaceholderData && query.data.asked === wanted;
  const problem = settled === wanted && isReady && query.error && !query.isFetching ? asProblem(query.error) : null;
  return {
    preview: query.data,
    /** It is about the definition as it is now. */
    isCurrent,
    isCounting: query.isFetching || (isReady && settled !== wanted),
    problem,
    /** Something in the definition is wrong: where, and what. */
    mistake: problem?.status === 422 && problem.path ? { path: problem.path, message: problem.message, cure: problem.cure } : null,
    retry: () => void query.refetch(),
  };
}
