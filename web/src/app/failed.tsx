import { useRouter } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page } from "@shared/ui/page";
import { ProblemView } from "@shared/ui/problem-view";

/** A screen that could not be loaded or shown. Trying again loads it anew, its file included. */
export function Failed({ error }: { error: unknown }) {
  const { t } = useTranslation("app");
  const router = useRouter();
  return (
    <Page title={t("failed.title")}>
      <ProblemView problem={error} onRetry={() => void router.invalidate()} />
    </Page>
  );
}
