import { type Schema, hooks } from "@shared/api/client";

/** What a message may say besides plain words. */
export type Vocabulary = Schema<"TemplateVocabularyOut">;

const NOTHING: Vocabulary = { variables: [], filters: [], tags: [] };

export function useVocabulary(): Vocabulary {
  const { data } = hooks.useQuery("get", "/api/v1/campaigns/vocabulary", {}, { staleTime: 300_000 });
  return data ?? NOTHING;
}

/** Whether somebody may have no value for it, so that a message that prints it needs something else to say. */
export const needsFallback = (name: string) => name.startsWith("profile.") && name !== "profile.id";

/** A variable as it is put into a text. */
export const written = (name: string, fallback: string | null): string =>
  fallback === null ? `{{ ${name} }}` : `{{ ${name} | default: "${fallback.replaceAll('"', "'").replaceAll("}}", "} }")}" }}`;
