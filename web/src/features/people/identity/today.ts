import { useQueries } from "@tanstack/react-query";
import { api } from "@shared/api/client";
import { asProblem } from "@shared/api/problem";
import type { Effect, Today } from "./effect-model";

const NOT_FOUND = 404;
const FORBIDDEN = 403;

const unless = async <Answer>(status: number, asked: Promise<Answer>): Promise<Answer | undefined> => {
  try {
    return await asked;
  } catch (thrown) {
    if (asProblem(thrown).status === status) return undefined;
    throw thrown;
  }
};

/** A person as they are; null if the id leads to nobody or to somebody else. */
async function load(id: string, reveal: boolean, signal: AbortSignal): Promise<Today | null> {
  const params = { path: { profile_id: id } };
  const person = await unless(NOT_FOUND, api.GET("/api/v1/profiles/{profile_id}", { params: { ...params, query: { reveal } }, signal }));
  if (person?.data?.id !== id) return null;
  // Who may not see these is not told that they change.
  const [audiences, tags] = await Promise.all([
    unless(FORBIDDEN, api.GET("/api/v1/profiles/{profile_id}/audiences", { params, signal })),
    unless(FORBIDDEN, api.GET("/api/v1/profiles/{profile_id}/tags", { params, signal })),
  ]);
  const { display_name, traits, identifiers } = person.data;
  return {
    id, display_name, traits: Object.fromEntries(Object.entries(traits).map(([name, { value }]) => [name, value])),
    identifiers: identifiers.map(({ type, value }) => ({ id: `${type} ${value}`, type, value })),
    audiences: audiences?.data?.items, tags: tags?.data?.items.map(({ tag_id, name, value }) => ({ id: tag_id, name, value })),
  };
}

/** The people whom a decision touches, as they are before it. */
export function useToday(effect: Effect | undefined, reveal: boolean): { isLoading: boolean; people: Today[] } {
  const ids = [...new Set([...(effect?.people ?? []), ...(effect?.merged ?? [])].map(({ id }) => id))].slice(0, 6).sort();
  const found = useQueries({
    queries: ids.map((id) => ({ queryKey: ["identity today", id, reveal], queryFn: ({ signal }: { signal: AbortSignal }) => load(id, reveal, signal), retry: false, gcTime: 0 })),
  });
  return { isLoading: found.some((each) => each.isPending), people: found.flatMap(({ data }) => data ?? []) };
}
