import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Status } from "@shared/ui/status";
import { Ago } from "@shared/ui/time";
import type { Audience } from "./columns";

/** Whether the members are up to date, and since when. */
export function Freshness({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  if (audience.is_archived) return <Status tone="paused">{t("state.archived")}</Status>;
  if (!audience.refreshed_at) return <Status tone="busy">{t("state.first")}</Status>;
  return (
    <Flex gap={8} align="center">
      <Status tone="good">{t("state.fresh")}</Status>
      <Typography.Text type="secondary" style={{ fontSize: 12 }}><Ago at={audience.refreshed_at} /></Typography.Text>
    </Flex>
  );
}
