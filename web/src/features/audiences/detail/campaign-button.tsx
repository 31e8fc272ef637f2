import { SendOutlined } from "@ant-design/icons";
import { useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api } from "@shared/api/client";
import { useTell } from "@shared/ui/use-tell";

/** Begins a campaign to the people of an audience: a draft, and the way to it. */
export function CampaignButton({ audience }: { audience: Pick<Schema<"AudienceDetail">, "id" | "name"> }) {
  const { t } = useTranslation("audiences");
  const navigate = useNavigate();
  const tell = useTell();
  const [isBusy, setBusy] = useState(false);
  const begin = async () => {
    setBusy(true);
    try {
      const { data } = await api.POST("/api/v1/campaigns", { body: { name: t("action.campaignName", { name: audience.name }).slice(0, 200), audience_id: audience.id } });
      if (data) await navigate({ to: "/campaigns/$campaignId", params: { campaignId: data.id }, search: {} });
    } catch (problem) {
      tell.failed(problem);
      setBusy(false);
    }
  };
  return <Button type="primary" icon={<SendOutlined />} loading={isBusy} onClick={() => void begin()}>{t("action.campaign")}</Button>;
}
