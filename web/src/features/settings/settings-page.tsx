import { useTranslation } from "react-i18next";
import { Page } from "@shared/ui/page";

export function SettingsPage() {
  const { t } = useTranslation("settings");
  return <Page title={t("title")}>{null}</Page>;
}

export function SettingsSectionPage() {
  const { t } = useTranslation("settings");
  return <Page title={t("title")}>{null}</Page>;
}
