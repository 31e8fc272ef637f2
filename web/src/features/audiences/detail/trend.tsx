import { Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Chart } from "@shared/chart/chart";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { audienceRoute } from "../routes";
import type { Run } from "./model";

const MOST = 30; // computations in the chart

/** In the first computation everybody is new: that is no change. */
const cameIn = (run: Run) => (run.previous_run === null ? 0 : (run.entered ?? 0));

/** The size over the computations, with who entered and exited in each. */
export function Trend({ runs }: { runs: Run[] }) {
  const { t } = useTranslation("audiences");
  const formats = useFormats();
  const navigate = audienceRoute.useNavigate();
  const maySeePeople = useMay("profiles:read");
  const shown = runs.filter((run) => run.state === "finished").slice(0, MOST).reverse();
  const entered = t("trend.entered");
  const exited = t("trend.exited");
  const size = t("trend.size");
  const times = shown.map((run) => formats.dateTime(run.finished_at ?? run.started_at));
  const option = {
    xAxis: { type: "category" as const, data: times, axisLabel: { hideOverlap: true } },
    yAxis: [
      { type: "value" as const, minInterval: 1, name: size, scale: true },
      { type: "value" as const, minInterval: 1, splitLine: { show: false } },
    ],
    series: [
      { name: size, type: "line" as const, data: shown.map((run) => run.size ?? 0), symbolSize: 6 },
      { name: entered, type: "bar" as const, yAxisIndex: 1, stack: "change", barMaxWidth: 18, data: shown.map(cameIn) },
      { name: exited, type: "bar" as const, yAxisIndex: 1, stack: "change", barMaxWidth: 18, data: shown.map((run) => -(run.exited ?? 0)) },
    ],
  };
  const select = ({ series, index }: { series: string; index: number }) => {
    const run = shown[index];
    const isNewest = index === shown.length - 1;
    if (!run?.members_kept || (series === size && !isNewest)) return;
    const show = series === entered ? "entered" : series === exited ? "exited" : "members";
    void navigate({ search: (now) => ({ ...now, show, run: run.run }) });
  };
  if (shown.length < 2) return <Typography.Text type="secondary">{t("trend.one")}</Typography.Text>;
  return (
    <>
      <Chart
        option={option}
        label={t("trend.label", { count: shown.length })}
        height={220}
        table={{
          columns: [t("run.at"), size, entered, exited],
          rows: shown.map((run, index) => [times[index] ?? "", run.size ?? 0, cameIn(run), run.exited ?? 0]),
        }}
        {...(maySeePeople ? { onSelect: select } : {})}
      />
      {maySeePeople && <Typography.Text type="secondary" style={{ fontSize: 12 }}>{t("trend.hint")}</Typography.Text>}
    </>
  );
}
