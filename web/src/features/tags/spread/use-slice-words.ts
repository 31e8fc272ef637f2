import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import type { Part } from "../model/selection";

const DIGITS = 6;

/** What a part of the values is called. */
export function useSliceWords(): (part: Part) => string {
  const { t } = useTranslation("tags");
  const { number } = useFormats();
  return (part) => {
    switch (part.kind) {
      case "value":
        return typeof part.value === "number" ? number(part.value, DIGITS) : part.value;
      case "range":
        if (part.below === null) return t("spread.from", { from: number(part.from ?? 0, DIGITS) });
        if (part.from === null) return t("spread.below", { below: number(part.below, DIGITS) });
        return t("spread.range", { from: number(part.from, DIGITS), below: number(part.below, DIGITS) });
      case "rest":
        return t("spread.rest");
      case "none":
        return t("spread.none");
    }
  };
}
