import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type Schema, api, hooks } from "../api/client";
import { ownStore } from "./browser-store";

export type Me = Schema<"Me">;

export const meOptions = () =>
  hooks.queryOptions("get", "/api/v1/me", {}, { staleTime: 60_000, retry: false });

/** The signed-in user. Only inside the shell, which loads it before anything else. */
export function useMe(): Me {
  const { data } = useQuery(meOptions());
  if (!data) throw new Error("useMe outside of the signed-in pages");
  return data;
}

/** Whether the user may do this: `useMay("audiences:write")`. The server checks again. */
export function useMay(scope: string): boolean {
  return useMe().scopes.includes(scope);
}

const lastWishes = new Set<() => Promise<unknown>>();

/** Does this before a session is ended by its user, such as saving; the answer takes it back. */
export function beforeSignOut(action: () => Promise<unknown>): () => void {
  lastWishes.add(action);
  return () => void lastWishes.delete(action);
}

/** Ends the session, leads away from its screens, and forgets everything that was loaded or kept in the browser for the user. */
export function useSignOut(): (leave: () => Promise<unknown>) => Promise<void> {
  const queries = useQueryClient();
  return async (leave) => {
    await Promise.allSettled([...lastWishes].map((action) => action()));
    await api.POST("/api/v1/logout");
    await leave(); // before what its screens live on is gone
    queries.clear();
    ownStore.forget();
  };
}
