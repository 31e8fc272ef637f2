import { CloudServerOutlined, FileTextOutlined, GlobalOutlined, HomeOutlined, LinkOutlined, MobileOutlined } from "@ant-design/icons";
import { Flex, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { Status, type Tone } from "@shared/ui/status";
import type { Source, SourceState } from "./health";

export const KIND_ICONS: Record<Source["kind"], ReactNode> = {
  web: <GlobalOutlined />,
  server: <CloudServerOutlined />,
  mobile: <MobileOutlined />,
  webhook: <LinkOutlined />,
  import: <FileTextOutlined />,
  internal: <HomeOutlined />,
};

/** A source's kind: a sign and a word. */
export function Kind({ kind }: { kind: Source["kind"] }) {
  const { t } = useTranslation("sources");
  return (
    <Flex component="span" gap={6} align="center" style={{ display: "inline-flex" }}>
      <Typography.Text type="secondary" aria-hidden>{KIND_ICONS[kind]}</Typography.Text>
      {t(`kind.${kind}.name`)}
    </Flex>
  );
}

const TONES: Record<SourceState, Tone> = { receiving: "good", silent: "warning", never: "waiting", disabled: "paused" };

export function StateTag({ state, lastReceivedAt }: { state: SourceState; lastReceivedAt: string | null | undefined }) {
  const { t } = useTranslation("sources");
  const formats = useFormats();
  return <Status tone={TONES[state]}>{t(`state.${state}`, { since: lastReceivedAt ? formats.relative(lastReceivedAt) : "" })}</Status>;
}
