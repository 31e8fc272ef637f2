import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@shared/ui/empty-state";
import { Page } from "@shared/ui/page";

export function NotFound() {
  const { t } = useTranslation("app");
  return (
    <Page title={t("notFound.title")}>
      <EmptyState title={t("notFound.hint")} action={<Link to="/">{t("notFound.home")}</Link>} />
    </Page>
  );
}
