import { useTranslation } from "react-i18next";
import { Page } from "@shared/ui/page";

export function AudiencePage() {
  const { t } = useTranslation("audiences");
  return <Page title={t("title")}>{null}</Page>;
}
