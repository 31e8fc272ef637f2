import { useEffect, useMemo, useState } from "react";
import { ownStore } from "@shared/session/browser-store";
import { STEPS, type Step } from "./place";

const place = (id: string) => `steps.${id}`;
const load = (id: string) => ownStore.readJson<Step[]>(place(id), []).filter((step) => STEPS.includes(step));

/** Which steps of a draft its user has looked at; remembered in this browser. `null`: a draft that is nowhere yet. */
export function useVisited(campaignId: string | null, at?: Step): { seen: ReadonlySet<Step> } {
  const [known] = useState(() => new Set(campaignId ? load(campaignId) : []));
  const seen = useMemo(() => (at ? new Set([...known, at]) : known), [known, at]);
  useEffect(() => {
    if (!campaignId || !at) return;
    known.add(at);
    ownStore.write(place(campaignId), JSON.stringify([...known]));
  }, [campaignId, at, known]);
  return { seen };
}
