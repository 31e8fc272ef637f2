import type { Content, Details, Tag } from "./definition";
import { readContent, writeDefinition } from "./definition";

export const NEW_DETAILS: Details = { name: "", description: "", schedule: "daily", nullPolicy: "clear", note: "" };

export const detailsOf = (tag: Tag): Details => ({ name: tag.name, description: tag.description, schedule: tag.schedule, nullPolicy: tag.null_policy, note: "" });

export const contentOf = (tag: Tag): Content => readContent(tag.kind, tag.value_type, tag.definition);

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

export const isContentChanged = (content: Content | null, start: Content | null) =>
  content === null || start === null ? content !== start : content.kind !== start.kind || content.valueType !== start.valueType || !same(writeDefinition(content), writeDefinition(start));

export const isDirty = (details: Details, content: Content | null, start: { details: Details; content: Content | null }) =>
  !same(details, start.details) || isContentChanged(content, start.content);

/** What of the saved tag is changed: only that is sent. */
export function changesOf(details: Details, content: Content, start: { details: Details; content: Content | null }) {
  const before = start.details;
  return {
    ...(details.name.trim() === before.name ? {} : { name: details.name.trim() }),
    ...(details.description === before.description ? {} : { description: details.description }),
    ...(details.schedule === before.schedule ? {} : { schedule: details.schedule }),
    ...(details.nullPolicy === before.nullPolicy ? {} : { null_policy: details.nullPolicy }),
    ...(isContentChanged(content, start.content) ? { definition: writeDefinition(content), note: details.note } : {}),
  };
}
