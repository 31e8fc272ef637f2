import { api } from "@shared/api/client";
import { asJson } from "@shared/rules/check";
import { type Part, selectTagged } from "../model/selection";
import type { PersonSummary } from "@shared/people/person-words";

/** A person, and what the tag says of them; nothing for those without a value. */
export type TaggedPerson = PersonSummary & { value?: string | number };

export interface PeoplePage {
  items: TaggedPerson[];
  next_cursor: string | null;
}

const AT_ONCE = 50;

/** The largest number below another one: ranges of the API include their upper end, those of the charts do not. */
export function justBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value);
  bytes.setBigInt64(0, bytes.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return bytes.getFloat64(0);
}

/** Whether all of them can be listed, page by page; of others there are examples. */
export const isListed = (part: Part) => part.kind === "value" || part.kind === "range" || (part.kind === "rest" && part.but.length === 0);

/** People of a part of the values, masked. */
export async function loadSlicePeople(tagId: string, part: Part, cursor: string | undefined, signal?: AbortSignal): Promise<PeoplePage> {
  const stop = signal ? { signal } : {};
  if (!isListed(part)) {
    const rule = selectTagged(tagId)(part);
    if (!rule) return { items: [], next_cursor: null };
    const { data } = await api.POST("/api/v1/audiences/estimate", { body: { rule: asJson(rule), sample: false }, ...stop });
    return { items: data?.sample_people ?? [], next_cursor: null };
  }
  const only =
    part.kind === "value" ? (typeof part.value === "number" ? { low: part.value, high: part.value } : { value: part.value })
    : part.kind === "range" ? { ...(part.from === null ? {} : { low: part.from }), ...(part.below === null ? {} : { high: justBelow(part.below) }) }
    : {};
  const { data } = await api.GET("/api/v1/tags/{tag_id}/people", {
    params: { path: { tag_id: tagId }, query: { ...only, limit: AT_ONCE, ...(cursor ? { cursor } : {}) } },
    ...stop,
  });
  return { items: data?.items ?? [], next_cursor: data?.next_cursor ?? null };
}
