import { PlayCircleOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Descriptions, Flex, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api } from "@shared/api/client";
import { Problem } from "@shared/api/problem";
import { useFormats } from "@shared/format";
import { JobProgress } from "@shared/jobs/job-progress";
import { useMay } from "@shared/session";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { Ago } from "@shared/ui/time";
import { useTell } from "@shared/ui/use-tell";

type Matching = Schema<"MatchingOut">;

export const settingsOf = ({ is_enabled, schedule, merge, review, is_automatic, fields }: Matching) => ({ is_enabled, schedule, merge, review, is_automatic, fields });

export const isGoing = (run: Matching["last_run"]) => run?.state === "queued" || run?.state === "running";

/** Whatever is known of matching, asked for anew. */
export function useMatchingRefresh() {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1] ?? "").startsWith("/api/v1/identity/matching") });
}

/** Begins a run. */
export function RunButton({ matching, type = "default" }: { matching: Matching; type?: "primary" | "default" }) {
  const { t } = useTranslation("identity");
  const tell = useTell();
  const mayWrite = useMay("identity:write");
  const refresh = useMatchingRefresh();
  const [isPending, setPending] = useState(false);
  const run = async () => {
    setPending(true);
    try {
      if (!matching.is_enabled) await api.PUT("/api/v1/identity/matching", { body: { ...settingsOf(matching), is_enabled: true } });
      await api.POST("/api/v1/identity/matching/runs");
    } catch (thrown) {
      tell.failed(thrown);
    }
    await refresh();
    setPending(false);
  };
  return (
    <Tooltip title={mayWrite ? undefined : t("mayNot")}>
      <Button type={type} icon={<PlayCircleOutlined />} disabled={!mayWrite || isGoing(matching.last_run)} loading={isPending} onClick={() => void run()}>{t(matching.is_enabled ? "review.run" : "review.turnOn")}</Button>
    </Tooltip>
  );
}

/** How far a run is, while one goes on. */
export function Going({ matching }: { matching: Matching }) {
  const { t } = useTranslation("identity");
  const refresh = useMatchingRefresh();
  const run = matching.last_run;
  if (!run || !isGoing(run)) return null;
  return <JobProgress key={run.job_id} jobId={run.job_id} title={t("review.going")} onFinished={() => void refresh()} />;
}

/** What is missing to compare Chinese names. */
export function Missing({ matching }: { matching: Matching }) {
  const { t } = useTranslation("identity");
  if (matching.can_chinese) return null;
  return <Alert type="warning" showIcon title={t("review.noChinese")} description={matching.cure} />;
}

/** The last run and its result. */
export function RunPanel({ matching }: { matching: Matching }) {
  const { t } = useTranslation("identity");
  const formats = useFormats();
  const run = matching.last_run;
  const result = run?.result;
  return (
    <Panel title={t("review.lastRun")} extra={<RunButton matching={matching} />}>
      <Flex vertical gap={12}>
        <Missing matching={matching} />
        <Going matching={matching} />
        {!run && <Typography.Text type="secondary">{t("review.neverRun")}</Typography.Text>}
        {run?.state === "failed" && <ProblemView title={t("review.runFailed")} problem={new Problem({ status: 500, code: "job_failed", detail: run.error ?? "" })} />}
        {result && (
          <Descriptions
            size="small"
            column={{ xs: 2, lg: 3 }}
            items={[
              ...(["records", "compared", "pairs", "kept", "merged", "retired"] as const).map((key) => ({ key, label: t(`review.result.${key}`), children: formats.number(result[key]) })),
              { key: "when", label: t("run.at"), children: <Ago at={run.finished_at} /> },
              { key: "took", label: t("review.took"), children: formats.duration(1000 * Object.values(result.seconds).reduce((sum, each) => sum + each, 0)) },
            ]}
          />
        )}
      </Flex>
    </Panel>
  );
}
