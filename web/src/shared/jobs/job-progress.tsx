import { Button, Flex, Progress, Typography } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api, hooks } from "../api/client";
import { Problem } from "../api/problem";
import { ProblemView } from "../ui/problem-view";
import { useTell } from "../ui/use-tell";

const OVER: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled", "superseded"]);

interface Props {
  jobId: string;
  /** What is being done, in words. */
  title: string;
  onFinished?: (state: string) => void;
}

/** A job in the background: how far it is, and a way to stop it. */
export function JobProgress({ jobId, title, onFinished }: Props) {
  const { t } = useTranslation();
  const tell = useTell();
  const { data: job, error } = hooks.useQuery(
    "get",
    "/api/v1/jobs/{job_id}",
    { params: { path: { job_id: jobId } } },
    { refetchInterval: (query) => (query.state.data && OVER.has(query.state.data.state) ? false : 1_000) },
  );
  const state = job?.state;
  useEffect(() => {
    if (state && OVER.has(state)) onFinished?.(state);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- told once per state, whatever function is given
  }, [state]);
  if (error) return <ProblemView problem={error} />;
  const done = job?.done ?? 0;
  const total = job?.total ?? 0;
  const isOver = state !== undefined && OVER.has(state);
  const cancel = () => api.POST("/api/v1/jobs/{job_id}/cancel", { params: { path: { job_id: jobId } } }).catch(tell.failed);
  if (state === "failed" && job)
    return <ProblemView title={title} problem={new Problem({ status: 500, code: "job_failed", detail: job.error ?? "" })} />;
  return (
    <Flex gap={12} align="center" aria-live="polite">
      <Typography.Text>{title}</Typography.Text>
      <Progress
        style={{ flex: 1, minWidth: 120 }}
        percent={isOver ? 100 : total > 0 ? Math.floor((100 * done) / total) : 0}
        status={isOver ? (state === "cancelled" ? "exception" : "success") : "active"}
        aria-label={title}
      />
      {!isOver && <Button size="small" onClick={() => void cancel()}>{t("action.cancel")}</Button>}
    </Flex>
  );
}
