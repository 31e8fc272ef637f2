import { Link } from "@tanstack/react-router";
import { Flex, Skeleton, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Sparkline } from "@shared/chart/sparkline";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import type { ListColumn } from "@shared/ui/list-table";
import { Ago, Moment, useNow } from "@shared/ui/time";
import { type Health, type Source, type useHealth, quarantinedShare, stateOf } from "./health";
import { Kind, StateTag } from "./source-signs";

const NOTICEABLE = 0.01;

export function useSourceColumns(query: ReturnType<typeof useHealth>): ListColumn<Source>[] {
  const { t } = useTranslation("sources");
  const formats = useFormats();
  const now = useNow(30_000);
  const maySeeQuarantine = useMay("quarantine:read");
  const health = new Map(query.data?.items.map((each) => [each.source_id, each]));
  const waiting = <Skeleton.Button active size="small" style={{ width: 80, height: 16 }} />;
  const known = (source: Source, show: (found: Health) => React.ReactNode) => {
    const found = health.get(source.id);
    return found ? show(found) : query.isPending ? waiting : null;
  };
  return [
    {
      key: "name",
      title: t("column.name"),
      csv: (source) => source.name,
      render: (_, source) => (
        <Flex vertical>
          <Link to="/sources/$sourceId" params={{ sourceId: source.id }}><Typography.Text strong style={{ color: "inherit" }}>{source.name}</Typography.Text></Link>
          {source.kind === "internal" && <Typography.Text type="secondary" style={{ fontSize: 12 }}>{t("internalHint")}</Typography.Text>}
        </Flex>
      ),
    },
    { key: "kind", title: t("column.kind"), csv: (source) => source.kind, render: (_, source) => <Kind kind={source.kind} /> },
    {
      key: "state",
      title: t("column.state"),
      csv: (source) => stateOf(source, health.get(source.id)?.last_received_at, now),
      render: (_, source) =>
        known(source, (found) => <StateTag state={stateOf(source, found.last_received_at, now)} lastReceivedAt={found.last_received_at} />),
    },
    {
      key: "last",
      title: t("column.last"),
      csv: (source) => health.get(source.id)?.last_received_at,
      render: (_, source) => known(source, (found) => (found.last_received_at ? <Ago at={found.last_received_at} /> : <Typography.Text type="secondary">{t("neverYet")}</Typography.Text>)),
    },
    {
      key: "day",
      title: t("column.day"),
      csv: (source) => health.get(source.id)?.received_24h,
      render: (_, source) =>
        known(source, (found) => (
          <Flex gap={12} align="center">
            <Sparkline values={found.series} label={t("sparkline", { total: formats.number(found.received_24h), highest: formats.number(Math.max(...found.series, 0)) })} />
            <span className="numeric">{formats.number(found.received_24h)}</span>
          </Flex>
        )),
    },
    {
      key: "quarantined",
      title: t("column.quarantined"),
      csv: (source) => health.get(source.id)?.quarantined_24h,
      render: (_, source) =>
        known(source, (found) => {
          const share = quarantinedShare(found);
          if (share === null) return <Typography.Text type="secondary" aria-label={t("neverYet")}>–</Typography.Text>;
          if (found.quarantined_24h === 0) return <Typography.Text type="secondary" className="numeric">{formats.percent(0)}</Typography.Text>;
          const text = (
            <Typography.Text type={share >= NOTICEABLE ? "danger" : undefined} style={share >= NOTICEABLE ? undefined : { color: "inherit" }}>{formats.percent(share, 2)}</Typography.Text>
          );
          return (
            <Tooltip title={t("quarantinedOf", { count: found.quarantined_24h, number: formats.number(found.quarantined_24h), total: formats.number(found.received_24h) })}>
              {maySeeQuarantine ? <Link to="/quarantine" search={{ source: source.id }} className="numeric">{text}</Link> : <span className="numeric">{text}</span>}
            </Tooltip>
          );
        }),
    },
    { key: "key", title: t("column.key"), isExtra: true, csv: (source) => source.key_hint, render: (_, source) => <span className="mono">{`…${source.key_hint}`}</span> },
    { key: "created", title: t("column.created"), isExtra: true, csv: (source) => source.created_at, render: (_, source) => <Moment at={source.created_at} /> },
  ];
}
