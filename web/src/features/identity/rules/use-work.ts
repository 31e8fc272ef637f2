import { keepPreviousData, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api, hooks } from "@shared/api/client";
import { useTell } from "@shared/ui/use-tell";
import { type Change, type IdType, type Rules, type Version, changesOf, documentOf, rulesOf, standing } from "./model";

const of = (version: number) => ({ params: { query: { version } } });

/** The rules that are worked on: the newest draft, or what is in force, with the changes that are not kept yet. */
export function useWork() {
  const queries = useQueryClient();
  const tell = useTell();
  // What the changes began with: others may keep versions meanwhile.
  const [pinned, setPinned] = useState<{ version: number; newest: number } | null>(null);
  const [edits, setEdits] = useState<Rules | null>(null);
  const [theirs, setTheirs] = useState<Version | null>(null);
  const [isSaving, setSaving] = useState(false);
  const versions = hooks.useQuery("get", "/api/v1/identity/rules/versions");
  const place = versions.data && standing(versions.data.items);
  const version = pinned?.version ?? place?.draft?.version ?? place?.inForce ?? 0;
  const base = hooks.useQuery("get", "/api/v1/identity/rules", of(version), { enabled: place !== undefined, placeholderData: keepPreviousData });
  const builtIn = hooks.useQuery("get", "/api/v1/identity/rules", of(0), { staleTime: Infinity });
  const kept = useMemo(() => base.data && rulesOf(base.data), [base.data]);
  const rules = edits ?? kept;
  const changes: Change[] = useMemo(() => (kept && edits ? changesOf(kept, edits) : []), [kept, edits]);

  const edit = (part: Partial<Rules>) => {
    if (!rules || !place) return;
    setPinned((now) => now ?? { version, newest: place.newest });
    setEdits({ ...rules, ...part });
  };
  const revert = () => {
    setEdits(null);
    setPinned(null);
    setTheirs(null);
  };
  const refresh = () => queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1] ?? "").startsWith("/api/v1/identity/r") });
  /** Keeps the changes as a new version; its number, or null when that did not work or somebody else was faster. */
  const save = async (note: string, isOnTop = false): Promise<number | null> => {
    if (!edits || !builtIn.data || !pinned) return null;
    setSaving(true);
    try {
      const fresh = (await api.GET("/api/v1/identity/rules/versions")).data?.items[0];
      if (!isOnTop && fresh && fresh.version > pinned.newest) {
        setTheirs(fresh);
        return null;
      }
      const { data } = await api.PUT("/api/v1/identity/rules/draft", { body: { rules: documentOf(edits, rulesOf(builtIn.data).types), note } });
      revert();
      await refresh();
      return data?.version ?? null;
    } catch (thrown) {
      tell.failed(thrown);
      return null;
    } finally {
      setSaving(false);
    }
  };
  /** Goes on from another version; nothing is kept before it is saved. */
  const startFrom = (other: Rules) => edit(other);

  return {
    versions, base, builtIn, place, version, rules, kept, changes, theirs, isSaving,
    isDirty: changes.length > 0, builtInTypes: (builtIn.data ? rulesOf(builtIn.data).types : []) as IdType[],
    edit, revert, save, startFrom, refresh, forgetTheirs: () => setTheirs(null),
  };
}

export type Work = ReturnType<typeof useWork>;
