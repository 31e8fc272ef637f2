import { api } from "@shared/api/client";
import { asJson } from "@shared/rules/check";
import type { Tag } from "../model/definition";
import { type Part, selectTagged } from "../model/selection";
import type { PersonSummary } from "../spread/person-words";

export interface PeoplePage {
  items: PersonSummary[];
  next_cursor: string | null;
}

/** People of a part of the values, masked. */
export async function loadSlicePeople(tag: Tag, part: Part, _cursor: string | undefined, signal?: AbortSignal): Promise<PeoplePage> {
  const rule = selectTagged(tag.id)(part);
  if (!rule) return { items: [], next_cursor: null };
  const { data } = await api.POST("/api/v1/audiences/estimate", { body: { rule: asJson(rule), sample: false }, ...(signal ? { signal } : {}) });
  return { items: data?.sample_people ?? [], next_cursor: null };
}
