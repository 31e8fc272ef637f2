import { CheckCircleFilled } from "@ant-design/icons";
import { Flex, Tooltip, Typography, theme } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { Status, type Tone } from "@shared/ui/status";
import { Ago } from "@shared/ui/time";
import type { Audience } from "./columns";

const TONES: Record<Exclude<Audience["state"], "ready">, Tone> = { computing: "busy", failed: "bad", new: "waiting" };

/** What became of the newest computation, how old the members are, and when they are computed next. */
export function Freshness({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  const formats = useFormats();
  const { token } = theme.useToken();
  if (audience.is_archived) return <Status tone="paused">{t("state.archived")}</Status>;
  const due = audience.due_at ? t("detail.due", { when: formats.relative(audience.due_at) }) : undefined;
  if (audience.state === "ready")
    return (
      <Tooltip title={due}>
        <Flex gap={6} align="center" style={{ whiteSpace: "nowrap" }}>
          <CheckCircleFilled aria-label={t("state.ready")} style={{ color: token.colorSuccess }} />
          <Ago at={audience.refreshed_at} />
        </Flex>
      </Tooltip>
    );
  return (
    <Flex gap={8} align="center">
      <Tooltip title={audience.state === "failed" ? t("state.failedHint") : due}>
        <span><Status tone={TONES[audience.state]}>{t(`state.${audience.state}`)}</Status></span>
      </Tooltip>
      {audience.refreshed_at && <Typography.Text type="secondary" style={{ fontSize: 12, whiteSpace: "nowrap" }}><Ago at={audience.refreshed_at} /></Typography.Text>}
    </Flex>
  );
}
