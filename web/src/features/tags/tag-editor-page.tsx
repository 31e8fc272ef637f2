import { useTranslation } from "react-i18next";
import { Page } from "@shared/ui/page";

export function NewTagPage() {
  const { t } = useTranslation("tags");
  return <Page title={t("title")}>{null}</Page>;
}

export function EditTagPage() {
  const { t } = useTranslation("tags");
  return <Page title={t("title")}>{null}</Page>;
}
