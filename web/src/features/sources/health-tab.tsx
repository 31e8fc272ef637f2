import { Link, useNavigate } from "@tanstack/react-router";
import { Flex, Segmented, Statistic, Typography, theme } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { Chart } from "@shared/chart/chart";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { ApiButton } from "@shared/ui/api-button";
import { EmptyState } from "@shared/ui/empty-state";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { Ago, useNow } from "@shared/ui/time";
import type { Health, Source } from "./health";
import { QuarantineReasons } from "./quarantine-reasons";
import { PERIODS, sourceRoute } from "./routes";
import { OUTCOMES, SPANS, type Step, spanStart, stepsOf } from "./series";

/** What a source sent and what became of it, over time. */
export function HealthTab({ source, health }: { source: Source; health: Health | undefined }) {
  const { t } = useTranslation("sources");
  const navigate = useNavigate();
  const { period = "day" } = sourceRoute.useSearch();
  const start = spanStart(useNow(30_000), period);
  const parameters = { source_id: source.id, since: new Date(start).toISOString(), step_minutes: SPANS[period].step };
  const query = hooks.useQuery("get", "/api/v1/counters", { params: { query: parameters } }, { refetchInterval: 15_000 });
  return (
    <Flex vertical gap={12}>
      <Panel
        title={t("health.title")}
        extra={
          <Flex gap={8} align="center" wrap>
            <Typography.Text type="secondary" style={{ fontWeight: "normal" }}>
              {query.dataUpdatedAt ? <Ago at={new Date(query.dataUpdatedAt).toISOString()} say={(ago) => t("health.counted", { ago })} /> : null}
            </Typography.Text>
            <Segmented
              value={period}
              options={PERIODS.map((value) => ({ value, label: t(`period.${value}`) }))}
              aria-label={t("health.period")}
              onChange={(value) => void navigate({ to: "/sources/$sourceId", params: { sourceId: source.id }, search: { tab: "health", period: value } })}
            />
            <ApiButton method="GET" path={`/counters?${new URLSearchParams({ ...parameters, step_minutes: String(parameters.step_minutes) })}`} />
          </Flex>
        }
      >
        <QueryView
          query={query}
          rows={8}
          isEmpty={(data) => data.total.received === 0}
          empty={
            <EmptyState
              title={t(health?.last_received_at ? "health.noneNow" : "health.none")}
              hint={health?.last_received_at ? <>{t("health.lastWas")} <Ago at={health.last_received_at} /></> : undefined}
              action={source.kind === "internal" ? null : <Link to="/sources/$sourceId" params={{ sourceId: source.id }} search={{ tab: "test" }}>{t("health.toTest")}</Link>}
            />
          }
        >
          {(data) => (
            <>
              <Sums sums={data.total} source={source} />
              <TrafficChart steps={stepsOf(data.items, start, period)} period={period} />
              <Typography.Text type="secondary">{t("health.how")}</Typography.Text>
            </>
          )}
        </QueryView>
      </Panel>
      <QuarantineReasons source={source} />
    </Flex>
  );
}

function Sums({ sums, source }: { sums: Schema<"Sums">; source: Source }) {
  const { t } = useTranslation("sources");
  const formats = useFormats();
  const maySeeQuarantine = useMay("quarantine:read");
  const link = (outcome: (typeof OUTCOMES)[number], text: string) =>
    outcome === "quarantined" && sums.quarantined > 0 && maySeeQuarantine ? <Link to="/quarantine" search={{ source: source.id }}>{text}</Link> : text;
  return (
    <Flex gap={36} wrap style={{ marginBottom: 12 }}>
      <Statistic title={t("outcome.received")} value={sums.received} formatter={() => formats.number(sums.received)} />
      {OUTCOMES.map((outcome) => (
        <Statistic key={outcome} title={t(`outcome.${outcome}`)} value={sums[outcome]} formatter={() => link(outcome, formats.number(sums[outcome]))} />
      ))}
    </Flex>
  );
}

function TrafficChart({ steps, period }: { steps: Step[]; period: keyof typeof SPANS }) {
  const { t, i18n } = useTranslation("sources");
  const formats = useFormats();
  const { token } = theme.useToken();
  const colors = { stored: token.colorPrimary, duplicate: token.colorTextQuaternary, quarantined: token.colorError, suppressed: token.colorWarning };
  const key = JSON.stringify([steps, colors]);
  const { option, table } = useMemo(() => {
    const label = (at: number) => (period === "week" ? formats.dateTime(at).replace(/^\d{4}[/-]/, "") : formats.time(at).slice(0, 5));
    // What never happened here needs no place in the legend.
    const shown = OUTCOMES.filter((outcome) => outcome === "stored" || steps.some((step) => step[outcome] > 0));
    return {
      option: {
        xAxis: { type: "category" as const, data: steps.map((step) => label(step.at)) },
        yAxis: { type: "value" as const, minInterval: 1 },
        series: shown.map((outcome) => ({ type: "bar" as const, stack: "all", name: t(`outcome.${outcome}`), itemStyle: { color: colors[outcome] }, data: steps.map((step) => step[outcome]) })),
      },
      table: {
        columns: [t("health.time"), t("outcome.received"), ...OUTCOMES.map((outcome) => t(`outcome.${outcome}`))],
        rows: [...steps].reverse().map((step) => [formats.dateTime(step.at), formats.number(step.received), ...OUTCOMES.map((outcome) => formats.number(step[outcome]))]),
      },
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- drawn anew when a number or the language changes, not at every look
  }, [key, period, i18n.language]);
  return <Chart option={option} table={table} label={t("health.chart")} height={260} />;
}
