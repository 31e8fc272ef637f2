import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { Chart } from "@shared/chart/chart";
import { useFormats } from "@shared/format";
import { EmptyState } from "@shared/ui/empty-state";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";

type Overview = Schema<"SuspiciousOverview">;

/** Why links were refused, the commonest reason first. */
export function Refusals({ overview }: { overview: UseQueryResult<Overview, unknown> }) {
  const { t } = useTranslation("identity");
  return (
    <Panel title={t("refusals.title")}>
      <QueryView query={overview} isEmpty={(data) => data.refusals.length === 0} empty={<EmptyState title={t("refusals.none")} hint={t("refusals.noneHint")} />}>
        {(data) => <Bars refusals={data.refusals} />}
      </QueryView>
    </Panel>
  );
}

function Bars({ refusals }: { refusals: Overview["refusals"] }) {
  const { t } = useTranslation("identity");
  const formats = useFormats();
  const option = useMemo(
    () => ({
      grid: { left: 8, right: 60, top: 4, bottom: 4, containLabel: true },
      xAxis: { type: "value" as const, axisLabel: { show: false }, splitLine: { show: false } },
      yAxis: { type: "category" as const, inverse: true, data: refusals.map((each) => each.reason), axisLabel: { width: 420, overflow: "break" as const } },
      series: [{ type: "bar" as const, barMaxWidth: 18, data: refusals.map((each) => each.count), label: { show: true, position: "right" as const } }],
    }),
    [refusals],
  );
  return (
    <Chart
      label={t("refusals.label")}
      height={Math.max(70, refusals.length * 38)}
      option={option}
      table={{ columns: [t("refusals.reason"), t("refusals.count")], rows: refusals.map((each) => [each.reason, formats.number(each.count)]) }}
    />
  );
}
