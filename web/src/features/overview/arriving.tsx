import { Link } from "@tanstack/react-router";
import { Flex, Tooltip, Typography } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { Chart } from "@shared/chart/chart";
import { type Formats, useFormats } from "@shared/format";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { Status } from "@shared/ui/status";
import { Ago } from "@shared/ui/time";

const MINUTES = 60;
const KINDS = ["stored", "duplicate", "quarantined", "suppressed"] as const;
type Counters = Schema<"CounterList">;

/** One number per minute of the last hour, minutes without events included. */
export function perMinute(counters: Counters, now: number): { at: number; stored: number; duplicate: number; quarantined: number; suppressed: number }[] {
  const last = Math.floor(now / 60_000) * 60_000;
  const minutes = Array.from({ length: MINUTES }, (_, index) => ({
    at: last - (MINUTES - 1 - index) * 60_000, stored: 0, duplicate: 0, quarantined: 0, suppressed: 0,
  }));
  const byTime = new Map(minutes.map((minute) => [minute.at, minute]));
  for (const item of counters.items) {
    const minute = byTime.get(Math.floor(Date.parse(item.at) / 60_000) * 60_000);
    if (minute) for (const kind of KINDS) minute[kind] += item[kind];
  }
  return minutes;
}

/** Events of the last hour, whether the pipeline keeps up, and what waits in quarantine. */
export function Arriving() {
  const { t } = useTranslation("overview");
  const counters = hooks.useQuery("get", "/api/v1/counters", {}, { refetchInterval: 10_000 });
  return (
    <Panel title={t("arriving.title")} extra={<Link to="/events">{t("arriving.live")}</Link>}>
      <PipelineState />
      <QueryView
        query={counters}
        rows={6}
        isEmpty={(data) => data.items.length === 0}
        empty={<EmptyState title={t("arriving.none")} hint={t("arriving.noneHint")} action={<LinkButton to="/sources">{t("arriving.toSources")}</LinkButton>} />}
      >
        {(data) => <PerMinute counters={data} now={counters.dataUpdatedAt} />}
      </QueryView>
    </Panel>
  );
}

function PerMinute({ counters, now }: { counters: Counters; now: number }) {
  const { t } = useTranslation("overview");
  const formats = useFormats();
  const minutes = useMemo(() => perMinute(counters, now), [counters, now]);
  const shown = KINDS.filter((kind) => kind === "stored" || counters.total[kind] > 0);
  const clock = (at: number) => formats.time(at).slice(0, 5);
  const option = {
    xAxis: { type: "category" as const, data: minutes.map((minute) => clock(minute.at)), axisTick: { show: false } },
    yAxis: { type: "value" as const, minInterval: 1 },
    series: shown.map((kind) => ({ type: "bar" as const, stack: "events", name: t(`count.${kind}`), data: minutes.map((minute) => minute[kind]) })),
  };
  const table = { columns: [t("arriving.minute"), ...shown.map((kind) => t(`count.${kind}`))], rows: minutes.map((minute) => [clock(minute.at), ...shown.map((kind) => minute[kind])]) };
  return (
    <>
      <Flex gap={24} wrap align="baseline" style={{ marginBlock: 8 }}>
        <Tooltip title={t("arriving.how")}><Typography.Text tabIndex={0}><Typography.Text strong className="numeric" style={{ fontSize: 16 }}>{formats.number(counters.total.received)}</Typography.Text> <Typography.Text type="secondary">{t("count.received")}</Typography.Text></Typography.Text></Tooltip>
        {shown.map((kind) => <Sum key={kind} kind={kind} value={counters.total[kind]} formats={formats} />)}
      </Flex>
      <Chart option={option} table={table} height={180} label={t("arriving.chart", { stored: formats.number(counters.total.stored) })} />
    </>
  );
}

function Sum({ kind, value, formats }: { kind: (typeof KINDS)[number]; value: number; formats: Formats }) {
  const { t } = useTranslation("overview");
  const number = <Typography.Text strong className="numeric" style={{ fontSize: 16 }}>{formats.number(value)}</Typography.Text>;
  return (
    <span>
      {kind === "quarantined" ? <Link to="/quarantine">{number}</Link> : <Link to="/events" search={{ status: [kind] }}>{number}</Link>}{" "}
      <Typography.Text type="secondary">{t(`count.${kind}`)}</Typography.Text>
    </span>
  );
}

function PipelineState() {
  const { t } = useTranslation("overview");
  const formats = useFormats();
  const query = hooks.useQuery("get", "/api/v1/counters/pipeline", {}, { refetchInterval: 5_000 });
  return (
    <QueryView query={query} rows={1}>
      {(pipeline) => {
        const isBehind = pipeline.lag_records > 1_000;
        const tone = !pipeline.is_running || pipeline.last_error ? "bad" : isBehind ? "warning" : "good";
        return (
          <Flex gap={12} wrap align="center">
            <Status tone={tone}>{t(tone === "good" ? "pipeline.good" : isBehind ? "pipeline.behind" : "pipeline.stopped")}</Status>
            <Typography.Text type="secondary">
              {t("pipeline.rate", { rate: formats.number(pipeline.events_per_second, 1) })} · {t("pipeline.waiting", { count: pipeline.lag_records })}
              {pipeline.last_batch_at && <> · {t("pipeline.last")} <Ago at={pipeline.last_batch_at} /></>}
            </Typography.Text>
            {pipeline.last_error && <Typography.Text type="danger">{pipeline.last_error}</Typography.Text>}
          </Flex>
        );
      }}
    </QueryView>
  );
}
