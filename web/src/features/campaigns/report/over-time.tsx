import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { Chart } from "@shared/chart/chart";
import { useFormats } from "@shared/format";

type Report = Schema<"CampaignReportOut">;

/** The share of each arm's people who had converted by the end of each day. */
export function OverTime({ report }: { report: Report }) {
  const { t } = useTranslation("campaigns/report");
  const formats = useFormats();
  const { option, table } = useMemo(() => {
    const arms = report.arms.filter((arm) => arm.assigned > 0);
    const name = (arm: string) => (arm === "holdout" ? t("arms.holdout") : arm.toUpperCase());
    const share = (day: Report["days"][number], arm: Report["arms"][number]) => (100 * (day.converted[arm.name] ?? 0)) / arm.assigned;
    return {
      option: {
        xAxis: { type: "category" as const, data: report.days.map((day) => day.day) },
        yAxis: { type: "value" as const, axisLabel: { formatter: "{value}%" } },
        series: arms.map((arm) => ({
          type: "line" as const, name: name(arm.name), data: report.days.map((day) => Number(share(day, arm).toFixed(2))),
          lineStyle: arm.name === "holdout" ? { type: "dashed" as const } : {},
        })),
      },
      table: {
        columns: [t("days.day"), ...arms.map((arm) => name(arm.name))],
        rows: report.days.map((day) => [day.day, ...arms.map((arm) => `${formats.percent(share(day, arm) / 100, 2)} (${formats.number(day.converted[arm.name] ?? 0)})`)]),
      },
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- formats is made anew with each render, from t's language
  }, [report, t]);
  return <Chart option={option} table={table} height={220} label={t("days.label")} />;
}
