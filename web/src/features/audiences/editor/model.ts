import type { Schema } from "@shared/api/client";
import type { Rule } from "@shared/rules/wire";

export type Audience = Schema<"AudienceDetail">;
export type Kind = Audience["kind"];
export type Schedule = Audience["schedule"];

/** What the editor's user may change. */
export interface Draft {
  name: string;
  description: string;
  kind: Kind;
  schedule: Schedule;
  rule: Rule;
  /** Why this version exists. */
  note: string;
}

export const draftOf = (audience: Audience): Draft => ({
  name: audience.name,
  description: audience.description,
  kind: audience.kind,
  schedule: audience.schedule,
  rule: audience.rule as unknown as Rule,
  note: "",
});

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

export const isDirty = (draft: Draft, start: Draft) => !same(draft, start);
export const isRuleChanged = (draft: Draft, start: Draft) => !same(draft.rule, start.rule);

/** What of the saved audience is changed: only that is sent. */
export function changesOf(draft: Draft, start: Draft) {
  return {
    ...(draft.name.trim() === start.name ? {} : { name: draft.name.trim() }),
    ...(draft.description === start.description ? {} : { description: draft.description }),
    ...(draft.schedule === start.schedule ? {} : { schedule: draft.schedule }),
    ...(isRuleChanged(draft, start) ? { rule: draft.rule as unknown as Record<string, unknown>, note: draft.note } : {}),
  };
}
