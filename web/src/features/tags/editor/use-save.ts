import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@shared/api/client";
import { type Problem, asProblem } from "@shared/api/problem";
import { useTell } from "@shared/ui/use-tell";
import { type Content, type Details, type Tag, writeDefinition } from "../model/definition";
import { changesOf } from "../model/draft";

interface Options {
  /** What is saved now; null for a new one. */
  saved: Tag | null;
  start: { details: Details; content: Content | null };
  onSaved: (tag: Tag) => void;
}

/** Saves a tag. Somebody else's save in between is no failure: `conflict` then holds what they saved. */
export function useSave({ saved, start, onSaved }: Options) {
  const queries = useQueryClient();
  const tell = useTell();
  const [isSaving, setSaving] = useState(false);
  const [conflict, setConflict] = useState<Tag | null>(null);
  const [refused, setRefused] = useState<Problem | null>(null);

  const save = async (details: Details, content: Content, base: Tag | null = saved) => {
    setSaving(true);
    setRefused(null);
    try {
      const result = base ? await update(base, details, content, start) : await create(details, content);
      setConflict(null);
      await queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1] ?? "").startsWith("/api/v1/tags") });
      onSaved(result);
    } catch (thrown) {
      const problem = asProblem(thrown);
      const theirs = problem.status === 409 && saved ? await newest(saved.id) : null;
      if (theirs && theirs.version !== base?.version) setConflict(theirs);
      else if (problem.status === 422 || problem.status === 409) setRefused(problem);
      else tell.failed(problem);
    } finally {
      setSaving(false);
    }
  };
  return { save, isSaving, conflict, refused, closeConflict: () => setConflict(null), forget: () => setRefused(null) };
}

async function create(details: Details, content: Content): Promise<Tag> {
  const { name, description, schedule, nullPolicy, note } = details;
  const { data } = await api.POST("/api/v1/tags", {
    body: { name: name.trim(), description, schedule, null_policy: nullPolicy, note, kind: content.kind, value_type: content.valueType, definition: writeDefinition(content) },
  });
  return data as Tag;
}

async function update(base: Tag, details: Details, content: Content, start: Options["start"]): Promise<Tag> {
  const { data } = await api.PATCH("/api/v1/tags/{tag_id}", {
    params: { path: { tag_id: base.id } },
    body: { base_version: base.version, note: details.note, ...changesOf(details, content, start) },
  });
  return data as Tag;
}

async function newest(id: string): Promise<Tag | null> {
  const { data } = await api.GET("/api/v1/tags/{tag_id}", { params: { path: { tag_id: id } } });
  return data ?? null;
}
