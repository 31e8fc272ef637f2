import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useNames } from "@shared/names";

type Case = Pick<Schema<"SuspiciousCase">, "kind" | "extent" | "limit" | "type">;

/** Why something is suspicious, beside the limit that it is near to or above. */
export function useCaseWords() {
  const { t } = useTranslation("identity");
  const formats = useFormats();
  const names = useNames();
  return {
    extent: ({ kind, extent, limit, type }: Case): string => {
      const given = { count: extent, number: formats.number(extent), limit: limit === null ? "" : formats.number(limit), type: names.identifier(type) };
      if (kind === "many_identifiers") return t(type ? "why.manyOfType" : "why.many", given);
      if (kind === "claimed_by_many") return t(limit === null ? "why.claimed" : "why.claimedOver", given);
      return t(`why.${kind}`, given);
    },
  };
}
