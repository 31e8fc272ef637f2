import { Button, Flex, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { api, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { type ListColumn, ListTable } from "@shared/ui/list-table";
import { Status } from "@shared/ui/status";
import { Moment } from "@shared/ui/time";
import { audienceRoute } from "../routes";
import type { Audience, Run } from "./model";

const TONES = { running: "busy", finished: "good", failed: "bad" } as const;

/** Every computation: when, how many, who came and went, and what went wrong. */
export function RunsTab({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  const formats = useFormats();
  const { cursor } = audienceRoute.useSearch();
  const navigate = audienceRoute.useNavigate();
  const maySeePeople = useMay("profiles:read");
  const path = { audience_id: audience.id };
  const query = hooks.useQuery("get", "/api/v1/audiences/{audience_id}/runs", { params: { path, query: { cursor, limit: 50 } } });
  const open = (show: "entered" | "exited", run: number) => void navigate({ search: (now) => ({ ...now, show, run }) });
  const people = (show: "entered" | "exited", row: Run) => {
    const count = row[show];
    if (count === null || row.previous_run === null) return null;
    const isShown = row.members_kept && maySeePeople && count > 0;
    return isShown ? (
      <Button type="link" size="small" className="numeric" aria-label={t(`detail.${show}`, { count, shown: formats.number(count) })} onClick={() => open(show, row.run)}>
        {formats.number(count)}
      </Button>
    ) : (
      <Tooltip title={row.members_kept ? undefined : t("run.notKept")}>
        <span className="numeric" style={{ paddingInline: 8 }}>{formats.number(count)}</span>
      </Tooltip>
    );
  };
  const columns: ListColumn<Run>[] = [
    { key: "run", title: t("run.number"), csv: (row) => row.run, render: (_, row) => <span className="numeric">{formats.number(row.run)}</span> },
    { key: "at", title: t("run.at"), csv: (row) => row.started_at, render: (_, row) => <Moment at={row.started_at} seconds /> },
    {
      key: "state",
      title: t("run.state"),
      csv: (row) => row.state,
      render: (_, row) => (
        <Flex vertical gap={2} align="start" style={{ maxWidth: 460 }}>
          <Status tone={TONES[row.state]}>{t(`run.${row.state}`)}</Status>
          {row.error && <Typography.Text type="danger">{row.error.message}</Typography.Text>}
          {row.error?.cure && <Typography.Text type="secondary">{row.error.cure}</Typography.Text>}
        </Flex>
      ),
    },
    { key: "version", title: t("column.version"), csv: (row) => row.version, render: (_, row) => t("version", { version: row.version }) },
    { key: "size", title: t("column.size"), align: "end", csv: (row) => row.size, render: (_, row) => row.size !== null && <span className="numeric">{formats.number(row.size)}</span> },
    { key: "entered", title: t("trend.entered"), align: "end", csv: (row) => row.entered, render: (_, row) => people("entered", row) },
    { key: "exited", title: t("trend.exited"), align: "end", csv: (row) => row.exited, render: (_, row) => people("exited", row) },
    {
      key: "took",
      title: t("run.took"),
      align: "end",
      csv: (row) => (row.finished_at ? Date.parse(row.finished_at) - Date.parse(row.started_at) : null),
      render: (_, row) => row.finished_at && <span className="numeric">{formats.duration(Date.parse(row.finished_at) - Date.parse(row.started_at))}</span>,
    },
    { key: "resolved", title: t("run.resolved"), isExtra: true, csv: (row) => row.resolved_at, render: (_, row) => <Moment at={row.resolved_at} seconds /> },
  ];
  return (
    <ListTable
      name="audience-runs"
      query={query}
      columns={columns}
      rowKey={"run" as keyof Run & string}
      cursor={cursor}
      onCursor={(next) => void navigate({ search: (now) => ({ ...now, cursor: next }) })}
      loadPage={async (next) => (await api.GET("/api/v1/audiences/{audience_id}/runs", { params: { path, query: { cursor: next, limit: 200 } } })).data ?? { items: [] }}
      filters={<Typography.Text type="secondary">{t("run.lead")}</Typography.Text>}
      empty={<EmptyState title={t("run.none")} hint={t("trend.noneHint")} />}
    />
  );
}
