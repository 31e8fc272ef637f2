import { Button, Flex, Progress, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { ListTable } from "@shared/ui/list-table";
import { Status, type Tone } from "@shared/ui/status";
import { Ago } from "@shared/ui/time";
import { useTell } from "@shared/ui/use-tell";
import { JobSubject } from "./job-subject";
import { settingsSectionRoute } from "./routes";

type Job = Schema<"JobOut">;

const TONES: Record<Job["state"], Tone> = { queued: "waiting", running: "busy", succeeded: "good", failed: "bad", cancelled: "neutral", superseded: "neutral" };
const STATES = Object.keys(TONES) as Job["state"][];

/** Work in the background: how far it is, and what became of it. */
export function Jobs() {
  const { t } = useTranslation("settings");
  const { state, cursor } = settingsSectionRoute.useSearch();
  const navigate = settingsSectionRoute.useNavigate();
  const tell = useTell();
  const formats = useFormats();
  const mayChange = useMay("jobs:write");
  const query = hooks.useQuery("get", "/api/v1/jobs", { params: { query: { state, cursor } } }, { refetchInterval: 3_000 });
  const act = async (job: Job, what: "cancel" | "retry") => {
    try {
      await api.POST(`/api/v1/jobs/{job_id}/${what}`, { params: { path: { job_id: job.id } } });
      await query.refetch();
      tell.done(t(`jobs.${what}Done`));
    } catch (thrown) {
      tell.failed(thrown);
    }
  };
  return (
    <ListTable<Job>
      name="jobs"
      query={query}
      rowKey="id"
      cursor={cursor}
      onCursor={(next) => void navigate({ search: (before) => ({ ...before, cursor: next }) })}
      filters={
        <Select
          allowClear
          style={{ width: 160 }}
          value={state}
          placeholder={t("jobs.every")}
          aria-label={t("jobs.state")}
          options={STATES.map((each) => ({ value: each, label: t(`jobState.${each}`) }))}
          onChange={(next?: Job["state"]) => void navigate({ search: { state: next } })}
        />
      }
      empty={<EmptyState title={t(state ? "jobs.noneFound" : "jobs.none")} hint={state ? undefined : t("jobs.noneHint")} />}
      columns={[
        { key: "kind", title: t("jobs.kind"), csv: (row) => row.kind, render: (_, row) => <span title={row.id}>{row.title}</span> },
        { key: "subject", title: t("jobs.subject"), csv: (row) => row.subject_name ?? row.subject_id, render: (_, row) => <JobSubject job={row} /> },
        { key: "state", title: t("jobs.state"), csv: (row) => row.state, render: (_, row) => <Status tone={TONES[row.state]}>{t(`jobState.${row.state}`)}</Status> },
        {
          key: "progress", title: t("jobs.progress"), width: 180,
          render: (_, row) =>
            row.total ? <Progress size="small" percent={Math.floor((100 * row.done) / row.total)} aria-label={t("jobs.progress")} /> : row.done ? formats.number(row.done) : null,
        },
        { key: "created", title: t("jobs.created"), csv: (row) => row.created_at, render: (_, row) => <Ago at={row.created_at} /> },
        { key: "finished", title: t("jobs.finished"), csv: (row) => row.finished_at, render: (_, row) => <Ago at={row.finished_at} /> },
        { key: "error", title: t("jobs.error"), csv: (row) => row.error, render: (_, row) => row.error && <Typography.Text type="danger" style={{ display: "block", maxWidth: 320 }}>{row.error}</Typography.Text> },
        {
          key: "actions", title: t("actions"), align: "end",
          render: (_, row) => (
            <Flex justify="end" gap={6}>
              {(row.state === "queued" || row.state === "running") && <Button size="small" disabled={!mayChange || row.is_cancel_requested} onClick={() => void act(row, "cancel")}>{t("jobs.cancel")}</Button>}
              {row.state === "failed" && <Button size="small" disabled={!mayChange} onClick={() => void act(row, "retry")}>{t("jobs.retry")}</Button>}
            </Flex>
          ),
        },
      ]}
    />
  );
}
