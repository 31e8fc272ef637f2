import { useCallback, useSyncExternalStore } from "react";

const place = (id: string) => `tributary.start.${id}`;
const listeners = new Set<() => void>();

/** When a draft is meant to start; null: as soon as it is launched. Kept in this browser until then. */
export function usePlannedStart(campaignId: string): [string | null, (at: string | null) => void] {
  const at = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => localStorage.getItem(place(campaignId)),
  );
  const plan = useCallback(
    (next: string | null) => {
      if (next) localStorage.setItem(place(campaignId), next);
      else localStorage.removeItem(place(campaignId));
      for (const listener of listeners) listener();
    },
    [campaignId],
  );
  return [at, plan];
}
