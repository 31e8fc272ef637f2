import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Schema, api } from "../api/client";

/** Whose values are asked for. */
export type ValueSource = { kind: "trait"; name: string } | { kind: "property"; event: string; name: string } | { kind: "tag"; id: string };

type Values = Schema<"FieldValuesOut">;

/** What was typed, once nothing more was typed for a while. */
export function useSettled<Value>(value: Value, wait: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return settled;
}

/** The commonest values of a field that hold what is typed. Asked for only while the list is open. */
export function useCompletion(source: ValueSource, typed: string, isOpen: boolean) {
  const search = useSettled(typed.trim(), 250);
  const query = useQuery({
    queryKey: ["values of a field", source, search],
    queryFn: ({ signal }) => loadValues(source, search, signal),
    enabled: isOpen && isAskable(source),
    staleTime: 300_000,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return { values: query.data?.items ?? [], isHidden: query.data?.is_hidden ?? false, isLoading: isOpen && query.isFetching, hasFailed: query.isError };
}

const isAskable = (source: ValueSource) => (source.kind === "tag" ? source.id !== "" : source.name !== "");

async function loadValues(source: ValueSource, search: string, signal: AbortSignal): Promise<Values> {
  if (source.kind === "tag") return { items: await loadTagValues(source.id, search, signal), is_hidden: false, is_exact: true };
  const query = source.kind === "trait" ? { kind: source.kind, name: source.name } : { kind: source.kind, name: source.name, event: source.event };
  const { data } = await api.GET("/api/v1/fields/values", { params: { query: { ...query, search, limit: 50 } }, signal });
  return data ?? { items: [], is_hidden: false, is_exact: true };
}

/** The values that the tag's newest run gave, then those that it could give. */
async function loadTagValues(id: string, search: string, signal: AbortSignal): Promise<Values["items"]> {
  const { data: tag } = await api.GET("/api/v1/tags/{tag_id}", { params: { path: { tag_id: id } }, signal });
  const given = (tag?.distribution?.top ?? []).map(({ value, people }) => ({ value, count: people }));
  const possible = (tag?.levels ?? []).map(({ value }) => ({ value, count: 0 }));
  const all = [...given, ...possible.filter((each) => !given.some((known) => known.value === each.value))];
  return all.filter((each) => String(each.value).toLowerCase().includes(search.toLowerCase()));
}
