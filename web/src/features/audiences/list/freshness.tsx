import { Flex, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { Status, type Tone } from "@shared/ui/status";
import { Ago } from "@shared/ui/time";
import type { Audience } from "./columns";

const TONES: Record<Audience["state"], Tone> = { ready: "good", computing: "busy", failed: "bad", new: "waiting" };

/** What became of the newest computation, how old the members are, and when they are computed next. */
export function Freshness({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  const formats = useFormats();
  if (audience.is_archived) return <Status tone="paused">{t("state.archived")}</Status>;
  const due = audience.due_at ? t("detail.due", { when: formats.relative(audience.due_at) }) : undefined;
  return (
    <Flex gap={8} align="center">
      <Tooltip title={audience.state === "failed" ? t("state.failedHint") : due}>
        <span><Status tone={TONES[audience.state]}>{t(`state.${audience.state}`)}</Status></span>
      </Tooltip>
      {audience.refreshed_at && <Typography.Text type="secondary" style={{ fontSize: 12, whiteSpace: "nowrap" }}><Ago at={audience.refreshed_at} /></Typography.Text>}
    </Flex>
  );
}
