import { Typography } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { Chart } from "@shared/chart/chart";
import type { ChartOption } from "@shared/chart/engine";
import { useFormats } from "@shared/format";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import type { Tag } from "../model/definition";

const SHOWN = 60;

/** The share of people with a value, run by run. */
export function CoverageTrend({ tag }: { tag: Tag }) {
  const { t } = useTranslation("tags");
  const query = hooks.useQuery("get", "/api/v1/tags/{tag_id}/runs", { params: { path: { tag_id: tag.id }, query: { limit: SHOWN } } });
  return (
    <Panel title={t("trend.title")}>
      <QueryView query={query} rows={3}>{(page) => <Trend runs={page.items.filter((run) => run.state === "finished" && run.people).toReversed()} />}</QueryView>
    </Panel>
  );
}

interface Run {
  run: number;
  resolved_at: string;
  coverage: number | null;
  people: number | null;
}

function Trend({ runs }: { runs: Run[] }) {
  const { t } = useTranslation("tags");
  const formats = useFormats();
  const shares = useMemo(() => runs.map((run) => (run.people ? (run.coverage ?? 0) / run.people : 0)), [runs]);
  const times = runs.map((run) => formats.dateTime(run.resolved_at));
  const label = t("trend.label", { count: runs.length, share: formats.percent(shares.at(-1) ?? 0) });
  const option = useMemo<ChartOption>(
    () => ({
      xAxis: { type: "category", data: times },
      yAxis: { type: "value", min: 0, max: 1, axisLabel: { formatter: (value: number) => formats.percent(value, 0) } },
      series: [{ type: "line", name: t("detail.coverage"), data: shares, showSymbol: shares.length < 20 }],
      legend: { show: false },
      tooltip: { valueFormatter: (value) => formats.percent(Number(value)) },
    }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the formats are those of the language, which `t` changes with
    [shares, t],
  );
  if (runs.length < 2) return <Typography.Text type="secondary">{t("trend.tooFew")}</Typography.Text>;
  return (
    <Chart
      option={option}
      label={label}
      height={180}
      table={{
        columns: [t("trend.at"), t("spread.people"), t("spread.share")],
        rows: runs.map((run, index) => [times[index] ?? "", formats.number(run.coverage ?? 0), formats.percent(shares[index] ?? 0)]),
      }}
    />
  );
}
