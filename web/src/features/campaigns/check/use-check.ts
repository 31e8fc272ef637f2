import { useQuery } from "@tanstack/react-query";
import { type Schema, api } from "@shared/api/client";
import { Problem } from "@shared/api/problem";
import { useTranslation } from "react-i18next";
import type { DraftEditor } from "../draft/use-draft";

export type Check = Schema<"CheckOut">;

/** What a launch would do now. Saves before it asks, so that what is checked is what is seen. */
export function useCheck(campaignId: string, editor: DraftEditor) {
  const { i18n } = useTranslation();
  return useQuery({
    queryKey: ["campaign check", campaignId, i18n.language, editor.draft],
    queryFn: async ({ signal }): Promise<Check> => {
      const isSaved = await editor.editing.saver.flush();
      const { state } = editor.editing.saver;
      if (!isSaved) throw state.kind === "failed" ? state.problem : new Problem({ status: 409, code: "conflict" });
      const { data } = await api.GET("/api/v1/campaigns/{campaign_id}/check", { params: { path: { campaign_id: campaignId } }, signal });
      if (!data) throw new Problem({ status: -1 });
      return data;
    },
    enabled: editor.draft.audience_id !== null,
    gcTime: 0,
    staleTime: 30_000,
    placeholderData: (last) => last,
  });
}

/** How many would get it, out of all: exact, or as many as the sample lets one expect. */
export const expected = (check: Check) =>
  check.is_exact || check.tried === 0 ? check.would_get : Math.round((check.audience_size * check.would_get) / check.tried);
