import { Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { EmptyState } from "@shared/ui/empty-state";
import { type ListColumn, ListTable } from "@shared/ui/list-table";
import { Status, type Tone } from "@shared/ui/status";
import { Moment } from "@shared/ui/time";
import type { Tag } from "../model/definition";
import { tagRoute } from "../routes";

type Run = Schema<"TagRunOut">;

const TONES: Record<Run["state"], Tone> = { running: "busy", finished: "good", failed: "bad" };

/** Every computation: when, how long, what came out, and why it failed. */
export function RunsTab({ tag }: { tag: Tag }) {
  const { t } = useTranslation("tags");
  const formats = useFormats();
  const { cursor } = tagRoute.useSearch();
  const navigate = tagRoute.useNavigate();
  const at = (from: string | undefined) => ({ params: { path: { tag_id: tag.id }, query: { limit: 30, ...(from ? { cursor: from } : {}) } } });
  const query = hooks.useQuery("get", "/api/v1/tags/{tag_id}/runs", at(cursor), { refetchInterval: tag.state === "computing" ? 2_000 : 30_000 });
  const took = (run: Run) => (run.finished_at ? formats.duration(Date.parse(run.finished_at) - Date.parse(run.started_at)) : "");
  const columns: ListColumn<Run>[] = [
    { key: "run", title: t("run.number"), render: (_, run) => <span className="numeric">{run.run}</span>, csv: (run) => run.run },
    { key: "state", title: t("run.state"), render: (_, run) => <Status tone={TONES[run.state]}>{t(`run.${run.state}`)}</Status>, csv: (run) => t(`run.${run.state}`) },
    { key: "started", title: t("run.started"), render: (_, run) => <Moment at={run.started_at} seconds />, csv: (run) => run.started_at },
    { key: "took", title: t("run.took"), render: (_, run) => took(run) },
    { key: "version", title: t("run.version"), render: (_, run) => t("version.number", { version: run.version }), csv: (run) => run.version },
    {
      key: "coverage",
      title: t("column.coverage"),
      align: "end",
      render: (_, run) => run.coverage !== null && run.people ? t("list.coverageOf", { people: formats.number(run.coverage), share: formats.percent(run.coverage / run.people) }) : "",
      csv: (run) => run.coverage,
    },
    { key: "resolved", title: t("run.resolved"), isExtra: true, render: (_, run) => <Moment at={run.resolved_at} seconds />, csv: (run) => run.resolved_at },
    {
      key: "error",
      title: t("run.cause"),
      render: (_, run) => run.error && (
        <div style={{ maxWidth: 480 }}>
          <Typography.Text type="danger">{run.error.message}</Typography.Text>
          {run.error.cure && <Typography.Text style={{ display: "block" }}>{run.error.cure}</Typography.Text>}
        </div>
      ),
      csv: (run) => run.error?.message,
    },
  ];
  return (
    <ListTable
      name="tag-runs"
      query={query}
      columns={columns}
      rowKey="run"
      cursor={cursor}
      onCursor={(next) => void navigate({ search: (before) => ({ ...before, cursor: next }) })}
      loadPage={async (from) => (await api.GET("/api/v1/tags/{tag_id}/runs", at(from))).data ?? { items: [] }}
      empty={<EmptyState title={t("run.none")} hint={t("run.noneHint")} />}
    />
  );
}
