import { Collapse } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useFormats } from "@shared/format";

/** The report's method in plain words. */
export function HowComputed({ report }: { report: Schema<"CampaignReportOut"> }) {
  const { t } = useTranslation("campaigns/report");
  const formats = useFormats();
  const ratio = report.sample_ratio;
  const points = [
    t("how.assigned"),
    report.goal ? t("how.goal", { event: report.goal.event, count: Math.round(report.goal.window_hours / 24) }) : t("how.noGoal"),
    t("how.interval"),
    ratio ? t("how.ratio", { p: ratio.p_value.toFixed(3), expected: formats.list(Object.entries(ratio.expected).map(([arm, people]) => `${arm} ${formats.number(people)}`)) }) : t("how.noRatio"),
    t("how.opens"),
  ];
  return (
    <Collapse
      size="small"
      items={[{ key: "how", label: t("how.title"), children: <ul style={{ margin: 0, paddingInlineStart: 18 }}>{points.map((point) => <li key={point}>{point}</li>)}</ul> }]}
    />
  );
}
