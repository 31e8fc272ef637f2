import { useCallback, useSyncExternalStore } from "react";
import { ownStore } from "@shared/session/browser-store";

const place = (id: string) => `start.${id}`;
const listeners = new Set<() => void>();

/** When a draft is meant to start; null: as soon as it is launched. Kept in this browser until then. */
export function usePlannedStart(campaignId: string): [string | null, (at: string | null) => void] {
  const at = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    () => ownStore.read(place(campaignId)),
  );
  const plan = useCallback(
    (next: string | null) => {
      ownStore.write(place(campaignId), next);
      for (const listener of listeners) listener();
    },
    [campaignId],
  );
  return [at, plan];
}
