import { useTranslation } from "react-i18next";
import { Page } from "@shared/ui/page";

export function PeoplePage() {
  const { t } = useTranslation("people");
  return <Page title={t("title")}>{null}</Page>;
}
