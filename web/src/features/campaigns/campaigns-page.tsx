import { useTranslation } from "react-i18next";
import { Page } from "@shared/ui/page";

export function CampaignsPage() {
  const { t } = useTranslation("campaigns");
  return <Page title={t("title")}>{null}</Page>;
}
