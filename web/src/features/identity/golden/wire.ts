import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, hooks } from "@shared/api/client";
import { useSettled } from "@shared/rules/completion";
import { type Wanted, wantedOf } from "./choice";

const PLACE = "/api/v1/identity/golden-record";
const WAIT = 350; // milliseconds without another change

/** How each known trait is chosen. */
export const useChoices = () => hooks.useQuery("get", PLACE);

/** Sets how a trait is chosen; everything on the page that shows a person's record is asked for anew. */
export function useSet() {
  const queries = useQueryClient();
  return async (wanted: Wanted) => {
    const { data } = await api.PUT(PLACE, { body: wantedOf(wanted) });
    await queries.invalidateQueries({ predicate: ({ queryKey }) => /^\/api\/v1\/(identity\/golden-record|profiles)/.test(String(queryKey[1])) });
    return data;
  };
}

/** What another way of choosing would make of some people, asked a moment after the last change. */
export function usePreview(wanted: Wanted, isAsked: boolean) {
  const { i18n } = useTranslation();
  const now = JSON.stringify(wantedOf(wanted));
  const settled = useSettled(now, WAIT);
  const query = useQuery({
    queryKey: ["preview of a trait's choice", i18n.language, settled],
    queryFn: async ({ signal }) => (await api.POST(`${PLACE}/preview`, { body: JSON.parse(settled) as Wanted, signal })).data,
    enabled: isAsked && settled === now,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });
  return { query, isBusy: query.isFetching || (isAsked && settled !== now) };
}
