import { useTranslation } from "react-i18next";
import { Page } from "@shared/ui/page";

export function NewAudiencePage() {
  const { t } = useTranslation("audiences");
  return <Page title={t("title")}>{null}</Page>;
}

export function EditAudiencePage() {
  const { t } = useTranslation("audiences");
  return <Page title={t("title")}>{null}</Page>;
}
