import { type Schema, api, hooks } from "@shared/api/client";
import type { Kind } from "../model/definition";

export type Listed = Schema<"TagOut">;
export const ORDERS = ["newest", "name", "coverage", "refreshed"] as const;

interface Wanted {
  q?: string | undefined;
  archived?: boolean | undefined;
  kind?: Kind | undefined;
  failed?: boolean | undefined;
  sort?: (typeof ORDERS)[number] | undefined;
  cursor?: string | undefined;
}

const AT_ONCE = 50;
const MOST = 200;

/** The tags that are asked for. */
export function useTagList({ q, archived, kind, failed, sort, cursor }: Wanted) {
  const at = (from: string | undefined) => ({
    params: {
      query: {
        search: q ?? "",
        archived: archived ?? false,
        ...(failed ? { state: "failed" as const } : {}),
        sort: sort ?? ("newest" as const),
        limit: kind ? MOST : AT_ONCE, // kinds are told apart here
        ...(from ? { cursor: from } : {}),
      },
    },
  });
  const query = hooks.useQuery("get", "/api/v1/tags", at(cursor), {
    refetchInterval: ({ state }) => (state.data?.items.some((tag) => tag.state === "computing" || tag.state === "new") ? 2_000 : 30_000),
  });
  const sift = <Page extends { items: Listed[] }>(page: Page): Page => (kind ? { ...page, items: page.items.filter((tag) => tag.kind === kind) } : page);
  return {
    query: { ...query, data: query.data && sift(query.data) },
    loadPage: async (from: string | undefined) => sift((await api.GET("/api/v1/tags", at(from))).data ?? { items: [], next_cursor: null }),
  };
}
