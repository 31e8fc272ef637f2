import { Link, useNavigate } from "@tanstack/react-router";
import { Button, Drawer, Flex } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { EmptyState } from "@shared/ui/empty-state";
import { type ListColumn, ListTable } from "@shared/ui/list-table";
import { Problem } from "@shared/api/problem";
import { ProblemView } from "@shared/ui/problem-view";
import { QueryView } from "@shared/ui/query-view";
import { Status, type Tone } from "@shared/ui/status";
import { Ago, Moment } from "@shared/ui/time";
import { importsRoute } from "../routes";
import { eventsIn, readSummary } from "./summary";
import { SummaryView } from "./summary-view";

type Import = Schema<"ImportOut">;

const TONES: Record<Import["status"], Tone> = { running: "busy", finished: "good", failed: "bad" };
const EVERY = 5_000;

/** What was imported, and how it went. */
export function HistoryTab() {
  const { t } = useTranslation("sources");
  const formats = useFormats();
  const navigate = useNavigate();
  const search = importsRoute.useSearch();
  const query = hooks.useQuery(
    "get",
    "/api/v1/imports",
    { params: { query: search.cursor ? { cursor: search.cursor } : {} } },
    { refetchInterval: ({ state }) => (state.data?.items.some((each) => each.status === "running") ? EVERY : false) },
  );
  const sources = hooks.useQuery("get", "/api/v1/sources", {}, { staleTime: 60_000 });
  const nameOf = (id: string) => sources.data?.items.find((each) => each.id === id)?.name ?? id;
  const go = (change: Partial<typeof search>) => void navigate({ to: "/sources/imports", search: { ...search, ...change } });
  const count = (row: Import, of: (summary: NonNullable<ReturnType<typeof readSummary>>) => number) => {
    const summary = readSummary(row.summary);
    return summary ? of(summary) : null;
  };
  const numeric = (value: number | null) => <span className="numeric">{value === null ? "–" : formats.number(value)}</span>;
  const columns: ListColumn<Import>[] = [
    {
      key: "file",
      title: t("imports.file"),
      csv: (row) => row.file_name,
      render: (_, row) => <Button type="link" style={{ padding: 0, height: "auto" }} onClick={() => go({ open: row.id })}>{row.file_name}</Button>,
    },
    { key: "source", title: t("imports.source"), csv: (row) => nameOf(row.source_id), render: (_, row) => <Link to="/sources/$sourceId" params={{ sourceId: row.source_id }}>{nameOf(row.source_id)}</Link> },
    { key: "status", title: t("column.state"), csv: (row) => row.status, render: (_, row) => <Status tone={TONES[row.status]}>{t(`imports.status.${row.status}`)}</Status> },
    { key: "rows", title: t("imports.rows"), csv: (row) => count(row, (summary) => summary.rows), render: (_, row) => numeric(count(row, (summary) => summary.rows)) },
    { key: "events", title: t("imports.events"), csv: (row) => count(row, eventsIn), render: (_, row) => numeric(count(row, eventsIn)) },
    { key: "rejected", title: t("imports.rejected"), csv: (row) => count(row, (summary) => summary.rowsRejected), render: (_, row) => numeric(count(row, (summary) => summary.rowsRejected)) },
    { key: "started", title: t("imports.started"), csv: (row) => row.started_at, render: (_, row) => <Ago at={row.started_at} /> },
  ];
  return (
    <>
      <ListTable
        name="imports"
        query={query}
        columns={columns}
        rowKey="id"
        cursor={search.cursor}
        onCursor={(cursor) => go({ cursor })}
        loadPage={async (cursor) => (await api.GET("/api/v1/imports", { params: { query: cursor ? { cursor } : {} } })).data ?? { items: [] }}
        empty={<EmptyState title={t("imports.none")} hint={t("imports.noneHint")} action={<Button type="primary" onClick={() => go({ tab: "try" })}>{t("imports.try")}</Button>} />}
      />
      <Drawer open={search.open !== undefined} onClose={() => go({ open: undefined })} title={t("imports.one")} size={560} destroyOnHidden>
        {search.open !== undefined && <One id={search.open} />}
      </Drawer>
    </>
  );
}

function One({ id }: { id: string }) {
  const { t } = useTranslation("sources");
  const query = hooks.useQuery(
    "get", "/api/v1/imports/{import_id}", { params: { path: { import_id: id } } }, { refetchInterval: ({ state }) => (state.data?.status === "running" ? EVERY : false) },
  );
  return (
    <QueryView query={query}>
      {(found: Import) => {
        const summary = readSummary(found.summary);
        return (
          <Flex vertical gap={14}>
            <Flex gap={10} align="center" wrap>
              <Status tone={TONES[found.status]}>{t(`imports.status.${found.status}`)}</Status>
              <span>{found.file_name}</span>
              <Moment at={found.started_at} seconds />
            </Flex>
            {found.error && <ProblemView problem={new Problem({ status: 500, code: "import_failed", detail: found.error })} />}
            {summary ? <SummaryView summary={summary} /> : <EmptyState title={t("imports.notCounted")} />}
          </Flex>
        );
      }}
    </QueryView>
  );
}
