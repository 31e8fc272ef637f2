import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Schema, hooks } from "../api/client";

export type FieldInfo = Schema<"FieldOut">;
export type FieldType = FieldInfo["type"];
export type EventInfo = Schema<"EventFieldsOut">;
export type TagInfo = Pick<Schema<"TagDetail">, "id" | "name" | "value_type" | "coverage" | "refreshed_at">;
export type AudienceInfo = Pick<Schema<"AudienceOut">, "id" | "name" | "size" | "refreshed_at">;
export type Vocabulary = Schema<"RuleVocabularyOut">;
export type OperatorInfo = Schema<"RuleOperatorOut">;

interface Contents {
  traits: FieldInfo[];
  events: EventInfo[];
  tags: TagInfo[];
  audiences: AudienceInfo[];
  vocabulary: Vocabulary;
}

const byKey = <Item>(items: Item[], key: (item: Item) => string) => new Map(items.map((item) => [key(item), item]));

/** All that rules of the workspace can name, and what they can say about it. */
export class RuleCatalog {
  readonly traits: FieldInfo[];
  readonly events: EventInfo[];
  readonly tags: TagInfo[];
  readonly audiences: AudienceInfo[];
  readonly vocabulary: Vocabulary;
  private readonly traitsByName: Map<string, FieldInfo>;
  private readonly eventsByName: Map<string, EventInfo>;
  private readonly tagsById: Map<string, TagInfo>;
  private readonly audiencesById: Map<string, AudienceInfo>;

  constructor(contents: Contents) {
    this.traits = contents.traits;
    this.events = contents.events;
    this.tags = contents.tags;
    this.audiences = contents.audiences;
    this.vocabulary = contents.vocabulary;
    this.traitsByName = byKey(contents.traits, (field) => field.name);
    this.eventsByName = byKey(contents.events, (event) => event.name);
    this.tagsById = byKey(contents.tags, (tag) => tag.id);
    this.audiencesById = byKey(contents.audiences, (audience) => audience.id);
  }

  trait = (name: string) => this.traitsByName.get(name);
  event = (name: string) => this.eventsByName.get(name);
  property = (event: string, name: string) => this.event(event)?.properties.find((field) => field.name === name);
  tag = (id: string) => this.tagsById.get(id);
  audience = (id: string) => this.audiencesById.get(id);

  operators = (type: string): OperatorInfo[] => this.vocabulary.operators[type] ?? [];
  operator = (type: string, op: string) => this.operators(type).find((each) => each.op === op);
  /** The most steps of a unit. */
  most = (unit: string) => this.vocabulary.units.find((each) => each.unit === unit)?.most ?? 1_000;
  /** The types of property that a function takes. */
  aggregated = (name: string) => this.vocabulary.aggregates.find((each) => each.function === name)?.types ?? [];
}

const MOST_LISTED = 200;

/** The catalogue as a query: for `QueryView`. `except` is an audience or tag that must not build on itself. */
export function useRuleCatalog({ except }: { except?: string | undefined } = {}) {
  const lists = { params: { query: { limit: MOST_LISTED } } };
  const stale = { staleTime: 60_000 };
  const queries = useQueries({
    queries: [
      hooks.queryOptions("get", "/api/v1/rules/vocabulary", {}, { staleTime: Infinity }),
      hooks.queryOptions("get", "/api/v1/fields", {}, stale),
      hooks.queryOptions("get", "/api/v1/tags", lists, stale),
      hooks.queryOptions("get", "/api/v1/audiences", lists, stale),
    ],
  });
  const [vocabulary, fields, tags, audiences] = queries;
  const data = useMemo(() => {
    if (!vocabulary.data || !fields.data) return undefined;
    return new RuleCatalog({
      vocabulary: vocabulary.data as Vocabulary, // the query's own copy of the type widens pairs to lists
      traits: fields.data.traits,
      events: fields.data.events,
      // Somebody may be allowed to see audiences but no tags: the editor then goes without.
      tags: (tags.data?.items ?? []).filter((each) => each.id !== except),
      audiences: (audiences.data?.items ?? []).filter((each) => each.id !== except),
    });
  }, [vocabulary.data, fields.data, tags.data, audiences.data, except]);
  const failed = [vocabulary, fields].find((query) => query.error);
  return {
    data,
    error: failed?.error ?? null,
    isPending: !data && !failed,
    refetch: () => Promise.all(queries.filter((query) => query.error).map((query) => query.refetch())),
  };
}
