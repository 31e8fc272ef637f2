import { useQueries } from "@tanstack/react-query";
import { type Schema, api, hooks } from "@shared/api/client";
import type { Tag } from "../model/definition";

export type Listed = Schema<"Page_TagOut_">["items"][number];

export interface Row {
  id: string;
  tag: Listed;
  /** Its newest run and what builds on it; undefined while they are loaded. */
  detail: Tag | undefined;
}

interface Wanted {
  q?: string | undefined;
  archived?: boolean | undefined;
  kind?: "rule" | "statistic" | undefined;
  failed?: boolean | undefined;
  cursor?: string | undefined;
}

const AT_ONCE = 50;
const MOST = 200;

/** The tags that are asked for, each with its newest run. */
export function useTagList({ q, archived, kind, failed, cursor }: Wanted) {
  // Kind and failure are told apart here: then all tags are asked for at once.
  const isSifted = kind !== undefined || failed === true;
  const asked = { search: q ?? "", archived: archived ?? false };
  const query = hooks.useQuery(
    "get",
    "/api/v1/tags",
    { params: { query: { ...asked, limit: isSifted ? MOST : AT_ONCE, ...(cursor && !isSifted ? { cursor } : {}) } } },
    { refetchInterval: 15_000 },
  );
  const found = (query.data?.items ?? []).filter((tag) => !kind || tag.kind === kind);
  const details = useQueries({
    queries: found.map((tag) =>
      hooks.queryOptions("get", "/api/v1/tags/{tag_id}", { params: { path: { tag_id: tag.id } } }, { staleTime: 10_000, refetchInterval: 15_000 }),
    ),
  });
  const rows = found.map((tag, index): Row => ({ id: tag.id, tag, detail: details[index]?.data as Tag | undefined }));
  const shown = failed ? rows.filter((row) => row.detail?.last_run?.state === "failed") : rows;
  const isWaiting = failed === true && details.some((detail) => detail.isPending);
  return {
    query: { error: query.error, isPending: query.isPending || isWaiting, isFetching: query.isFetching, refetch: query.refetch as never },
    rows: query.data && !isWaiting ? { items: shown, next_cursor: isSifted ? null : query.data.next_cursor } : undefined,
    loadPage: async (from: string | undefined) => {
      const { data } = await api.GET("/api/v1/tags", { params: { query: { ...asked, limit: AT_ONCE, ...(from ? { cursor: from } : {}) } } });
      const items = (data?.items ?? []).filter((tag) => !kind || tag.kind === kind);
      const full = await Promise.all(items.map(async (tag) => (await api.GET("/api/v1/tags/{tag_id}", { params: { path: { tag_id: tag.id } } })).data));
      const all = items.map((tag, index): Row => ({ id: tag.id, tag, detail: full[index] }));
      return { items: failed ? all.filter((row) => row.detail?.last_run?.state === "failed") : all, next_cursor: data?.next_cursor ?? null };
    },
  };
}
