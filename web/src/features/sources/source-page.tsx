import { useTranslation } from "react-i18next";
import { Page } from "@shared/ui/page";

export function SourcePage() {
  const { t } = useTranslation("sources");
  return <Page title={t("title")}>{null}</Page>;
}
