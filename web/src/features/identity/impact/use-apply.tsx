import { useNavigate } from "@tanstack/react-router";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useConfirm } from "@shared/ui/confirm";
import { useTell } from "@shared/ui/use-tell";

/** Puts a version in force, after a question that says what that changes, as far as it was tried. */
export function useApply() {
  const { t } = useTranslation("identity");
  const confirm = useConfirm();
  const tell = useTell();
  const formats = useFormats();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [isPending, setPending] = useState(false);
  const apply = async (version: number) => {
    setPending(true);
    try {
      const { data } = await api.POST("/api/v1/identity/rules/apply", { body: { version } });
      await queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1] ?? "").startsWith("/api/v1/identity/r") });
      await navigate({ to: "/identity", search: { tab: "impact", run: data?.run_id } });
    } catch (thrown) {
      tell.failed(thrown);
    } finally {
      setPending(false);
    }
  };
  const ask = (version: number, impact: Schema<"IdentityImpact"> | null) =>
    confirm({
      title: version ? t("apply.title", { version }) : t("apply.titleBuiltIn"),
      impact: impact ? (
        <>
          {t("apply.impact", {
            merges: formats.number(impact.merges), splits: formats.number(impact.splits), people: formats.number(impact.people_touched),
            before: formats.number(impact.profiles_before), after: formats.number(impact.profiles_after),
          })}{" "}
          {impact.audiences.length > 0 && t("apply.audiences", { count: impact.audiences.length })} {t("apply.back")}
        </>
      ) : (
        <>{t("apply.untried")} {t("apply.back")}</>
      ),
      action: t("impact.apply"),
      isSafe: impact !== null,
      onConfirm: () => apply(version),
    });
  return { ask, isPending };
}
