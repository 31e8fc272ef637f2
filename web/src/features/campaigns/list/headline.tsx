import { Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useFormats } from "@shared/format";

type Headline = NonNullable<Schema<"CampaignOut">["headline"]>;

/** The incremental lift in a cell: with its interval on hover, and marked when it may be chance. */
export function Lift({ headline }: { headline: Headline }) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const { lift } = headline;
  if (!lift) return <Typography.Text type="secondary">—</Typography.Text>;
  const signed = (value: number) => `${value > 0 ? "+" : ""}${formats.percent(value)}`;
  const interval = lift.low !== null && lift.high !== null ? t("list.interval", { low: signed(lift.low), high: signed(lift.high) }) : "";
  return (
    <Tooltip title={[interval, t(lift.is_significant ? "list.significant" : "list.notSignificant"), headline.is_final ? "" : t("list.preliminary", { ago: formats.relative(headline.as_of) })].filter(Boolean).join(" ")}>
      <Typography.Text type={lift.is_significant ? (lift.value > 0 ? "success" : "danger") : "secondary"} tabIndex={0}>
        {signed(lift.value)}
        {!lift.is_significant && <span aria-hidden> ?</span>}
      </Typography.Text>
    </Tooltip>
  );
}
