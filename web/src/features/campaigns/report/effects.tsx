import { ArrowDownOutlined, ArrowUpOutlined, MinusOutlined } from "@ant-design/icons";
import { Table, Tooltip, Typography, theme } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { Interval, extentOf } from "./interval";

type Report = Schema<"CampaignReportOut">;
type Comparison = Report["comparisons"][number];
type Effect = Comparison["conversion"];

/** What each arm changed against another, with how sure that is. */
export function Effects({ report }: { report: Report }) {
  const { t } = useTranslation("campaigns/report");
  const formats = useFormats();
  const extent = extentOf(report.comparisons.map((each) => each.conversion));
  const points = (value: number) => t("effects.points", { value: `${value > 0 ? "+" : ""}${formats.number(100 * value, 2)}` });
  const signed = (value: number, show: (value: number) => string) => `${value > 0 ? "+" : ""}${show(value)}`;
  const money = (value: number) => formats.money(value, report.currency);
  const name = (arm: string) => (arm === "holdout" ? t("arms.holdout") : arm === "treated" ? t("effects.treated") : arm.toUpperCase());
  return (
    <Table<Comparison>
      size="small"
      pagination={false}
      rowKey={(row) => `${row.treatment} ${row.control}`}
      dataSource={report.comparisons}
      scroll={{ x: "max-content" }}
      columns={[
        { title: t("effects.compared"), key: "compared", render: (_, row) => t("effects.against", { treatment: name(row.treatment), control: name(row.control) }) },
        { title: t("effects.conversion"), key: "conversion", render: (_, row) => <Cell effect={row.conversion} show={points} /> },
        { title: t("effects.interval"), key: "interval", width: 220, render: (_, row) => <Interval effect={row.conversion} extent={extent} label={row.conversion.low === null || row.conversion.high === null ? t("effects.noInterval") : t("effects.between", { low: points(row.conversion.low), high: points(row.conversion.high) })} /> },
        { title: t("effects.pValue"), key: "p", align: "end", render: (_, row) => <span className="numeric">{row.conversion.p_value === null ? "–" : row.conversion.p_value < 0.001 ? t("effects.tiny") : row.conversion.p_value.toFixed(3)}</span> },
        { title: t("effects.lift"), key: "lift", align: "end", render: (_, row) => (row.conversion_lift ? <Cell effect={row.conversion_lift} show={(value) => signed(value, formats.percent)} plain /> : "–") },
        { title: t("effects.extra"), key: "extra", align: "end", render: (_, row) => <Cell effect={row.extra_conversions} show={(value) => signed(value, (each) => formats.number(each))} plain /> },
        { title: t("effects.extraRevenue"), key: "revenue", align: "end", render: (_, row) => (row.extra_revenue ? <Cell effect={row.extra_revenue} show={(value) => signed(value, money)} plain /> : "–") },
      ]}
    />
  );
}

function Cell({ effect, show, plain }: { effect: Effect; show: (value: number) => string; plain?: boolean }) {
  const { t } = useTranslation("campaigns/report");
  const formats = useFormats();
  const { token } = theme.useToken();
  const isUp = effect.value > 0;
  const proven = effect.is_significant;
  const icon = !proven ? <MinusOutlined aria-label={t("effects.notProven")} /> : isUp ? <ArrowUpOutlined aria-label={t("effects.up")} /> : <ArrowDownOutlined aria-label={t("effects.down")} />;
  const color = !proven ? undefined : isUp ? token.colorSuccess : token.colorError;
  const between = effect.low === null || effect.high === null ? t("effects.noInterval") : t("effects.between", { low: show(effect.low), high: show(effect.high) });
  return (
    <Tooltip title={t("effects.method", { level: formats.percent(effect.level, 0), between, method: effect.method })}>
      <Typography.Text className="numeric" style={{ color }} strong={proven && !plain}>{!plain && icon} {show(effect.value)}</Typography.Text>
    </Tooltip>
  );
}
