import { useTranslation } from "react-i18next";
import { useSources } from "@shared/names/sources";
import type { Choice, Wanted } from "./choice";

/** How a trait is chosen, in a line; and what the trait is called. */
export function useWords() {
  const { t } = useTranslation("identity");
  const { nameOf } = useSources();
  return {
    trait: ({ trait, label }: Pick<Choice, "trait" | "label">) => label ?? trait,
    choice: ({ strategy, sources }: Pick<Wanted, "strategy" | "sources">) =>
      strategy === "source_priority" ? t("golden.inOrder", { sources: sources.map(nameOf).join(" → ") }) : t(`golden.strategy.${strategy}`),
  };
}

/** The sources that may say something of people; what Tributary itself records is no word of theirs. */
export const useOffered = () => useSources().all.filter((source) => source.kind !== "internal");
