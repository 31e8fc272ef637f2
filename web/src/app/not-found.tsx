import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@shared/ui/empty-state";

export function NotFound() {
  const { t } = useTranslation("app");
  return <EmptyState title={t("notFound.title")} hint={t("notFound.hint")} action={<Link to="/">{t("notFound.home")}</Link>} />;
}
