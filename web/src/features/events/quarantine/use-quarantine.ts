import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type Schema, api, hooks } from "@shared/api/client";
import { type QUARANTINE_STATES, quarantineRoute } from "../routes";

export type Quarantined = Schema<"QuarantinedOut">;

export interface QuarantineSearch {
  q?: string | undefined;
  reason?: string | undefined;
  source?: string | undefined;
  state?: (typeof QUARANTINE_STATES)[number] | undefined;
  cursor?: string | undefined;
  /** The event that is looked at. */
  open?: string | undefined;
}

const LIMIT = 50;

/** The filters in the URL, and how to change some of them. Other filters begin at the first page. */
export function useQuarantineSearch() {
  const search: QuarantineSearch = quarantineRoute.useSearch();
  const navigate = useNavigate();
  const go = (change: QuarantineSearch) =>
    void navigate({ to: "/quarantine", search: { ...search, ...("open" in change || "cursor" in change ? {} : { cursor: undefined }), ...change } });
  return { search, go };
}

const queryOf = ({ q, reason, source, state }: QuarantineSearch, cursor: string | undefined) => ({
  state: state ?? "open", limit: LIMIT, ...(q ? { search: q } : {}), ...(reason ? { reason } : {}), ...(source ? { source_id: source } : {}), ...(cursor ? { cursor } : {}),
});

export const useQuarantined = (search: QuarantineSearch) =>
  hooks.useQuery("get", "/api/v1/quarantine", { params: { query: queryOf(search, search.cursor) } }, { refetchInterval: 15_000 });

export const loadQuarantined = async (search: QuarantineSearch, cursor: string | undefined) => {
  const { data } = await api.GET("/api/v1/quarantine", { params: { query: queryOf(search, cursor) } });
  return data ?? { items: [] };
};

export const useReasons = () => hooks.useQuery("get", "/api/v1/quarantine/reasons", {}, { refetchInterval: 15_000 });

/** Lists and counts of the quarantine are looked up anew. */
export function useRefresh() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ predicate: ({ queryKey }) => typeof queryKey[1] === "string" && queryKey[1].startsWith("/api/v1/quarantine") });
}
