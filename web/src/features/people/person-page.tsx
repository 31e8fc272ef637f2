import { useTranslation } from "react-i18next";
import { Page } from "@shared/ui/page";

export function PersonPage() {
  const { t } = useTranslation("people");
  return <Page title={t("title")}>{null}</Page>;
}
