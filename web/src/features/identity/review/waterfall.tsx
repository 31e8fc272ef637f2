import { Typography, theme } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { Chart } from "@shared/chart/chart";
import { useFormats } from "@shared/format";
import { barsOf } from "./weights";

const HIDDEN = "rgba(0,0,0,0)";

/** What each comparison adds to the evidence, in bits. */
export function Waterfall({ waterfall }: { waterfall: Schema<"MatchWaterfall"> }) {
  const { t } = useTranslation("identity");
  const formats = useFormats();
  const { token } = theme.useToken();
  const bars = useMemo(() => barsOf(waterfall, { prior: t("weights.prior"), sum: t("weights.sum") }), [waterfall, t]);
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 16, top: 12, bottom: 4, containLabel: true },
      tooltip: { trigger: "item" as const, formatter: (point: unknown) => {
        const bar = bars[(point as { dataIndex: number }).dataIndex];
        return bar ? t("weights.bits", { name: bar.name, bits: formats.number(bar.to - bar.from, 1) }) : "";
      } },
      xAxis: { type: "category" as const, data: bars.map((bar) => bar.name), axisLabel: { interval: 0, overflow: "break" as const, width: 90 } },
      yAxis: { type: "value" as const, name: "bit" },
      series: [{
        type: "custom" as const,
        data: bars.map((bar, index) => [index, bar.from, bar.to]),
        encode: { x: 0, y: [1, 2] },
        renderItem: (_: unknown, api: { value: (at: number) => unknown; coord: (point: number[]) => number[]; size?: (span: number[]) => number | number[] }) => {
          const index = Number(api.value(0));
          const from = Number(api.value(1));
          const to = Number(api.value(2));
          const [x = 0, start = 0] = api.coord([index, from]);
          const [, end = 0] = api.coord([index, to]);
          const size = api.size?.([1, 0]) ?? 60;
          const width = Math.min(64, 0.56 * (Array.isArray(size) ? (size[0] ?? 60) : size));
          const isEnd = index === 0 || index === bars.length - 1;
          const fill = isEnd ? token.colorInfo : to === from ? HIDDEN : to > from ? token.colorSuccess : token.colorError;
          const label = `${to > from ? "+" : ""}${formats.number(to - from, 1)}`;
          return {
            type: "group" as const,
            children: [
              { type: "rect" as const, shape: { x: x - width / 2, y: Math.min(start, end), width, height: Math.max(1, Math.abs(end - start)) }, style: { fill } },
              { type: "text" as const, style: { text: label, x, y: Math.min(start, end) - 13, fill: token.colorText, fontSize: 11, align: "center" as const } },
            ],
          };
        },
      }],
    }),
    [bars, formats, t, token],
  );
  return (
    <div>
      <Typography.Title level={3} style={{ fontSize: 14, margin: "0 0 2px" }}>{t("weights.title")}</Typography.Title>
      <Typography.Text type="secondary">{t("weights.lead")}</Typography.Text>
      <Chart
        label={t("weights.title")}
        height={200}
        option={option as never}
        table={{
          columns: [t("review.field.title"), t("review.agreement"), t("weights.column")],
          rows: [
            [t("weights.prior"), "", formats.number(waterfall.prior, 2)],
            ...waterfall.steps.map((each) => [each.title, each.text, formats.number(each.weight + each.correction, 2)]),
            [t("weights.sum"), "", formats.number(waterfall.weight, 2)],
          ],
        }}
      />
    </div>
  );
}
