import { useTranslation } from "react-i18next";
import { Page } from "@shared/ui/page";

export function SetupPage() {
  const { t } = useTranslation("account");
  return <Page title={t("title")}>{null}</Page>;
}
