import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@shared/api/client";
import { type Problem, asProblem } from "@shared/api/problem";
import { asJson } from "@shared/rules/check";
import { useTell } from "@shared/ui/use-tell";
import { type Audience, type Draft, changesOf } from "./model";

interface Options {
  /** What is saved now; null for a new one. */
  saved: Audience | null;
  start: Draft;
  onSaved: (audience: Audience) => void;
}

/** Saves a draft. Somebody else's save in between is no failure: `conflict` then holds what they saved. */
export function useSave({ saved, start, onSaved }: Options) {
  const queries = useQueryClient();
  const tell = useTell();
  const [isSaving, setSaving] = useState(false);
  const [conflict, setConflict] = useState<Audience | null>(null);
  const [refused, setRefused] = useState<Problem | null>(null);

  const save = async (draft: Draft, base: Audience | null = saved) => {
    setSaving(true);
    setRefused(null);
    try {
      const result = base ? await update(base, draft, start) : await create(draft);
      setConflict(null);
      await queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1] ?? "").startsWith("/api/v1/audiences") });
      onSaved(result);
    } catch (thrown) {
      const problem = asProblem(thrown);
      const theirs = problem.status === 409 && saved ? await newest(saved.id) : null;
      if (theirs && theirs.version !== base?.version) setConflict(theirs);
      else if (problem.status === 422) setRefused(problem);
      else tell.failed(problem);
    } finally {
      setSaving(false);
    }
  };
  return { save, isSaving, conflict, refused, closeConflict: () => setConflict(null) };
}

async function create(draft: Draft): Promise<Audience> {
  const { name, description, kind, schedule, rule, note } = draft;
  const { data } = await api.POST("/api/v1/audiences", { body: { name: name.trim(), description, kind, schedule, rule: asJson(rule), note } });
  return data as Audience;
}

async function update(base: Audience, draft: Draft, start: Draft): Promise<Audience> {
  const { data } = await api.PATCH("/api/v1/audiences/{audience_id}", {
    params: { path: { audience_id: base.id } },
    body: { base_version: base.version, note: draft.note, ...changesOf(draft, start) },
  });
  return data as Audience;
}

async function newest(id: string): Promise<Audience | null> {
  const { data } = await api.GET("/api/v1/audiences/{audience_id}", { params: { path: { audience_id: id } } });
  return data ?? null;
}
