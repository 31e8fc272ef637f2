import { useTranslation } from "react-i18next";
import { Page } from "@shared/ui/page";

export function QuarantinePage() {
  const { t } = useTranslation("events");
  return <Page title={t("quarantine.title")}>{null}</Page>;
}
