import { ExperimentOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Flex, Tooltip } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { JobProgress } from "@shared/jobs/job-progress";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { Panel } from "@shared/ui/panel";
import { useTell } from "@shared/ui/use-tell";

/** Nothing is connected yet: how the first source is made, and how to look around without one. */
export function NoSources({ create }: { create: ReactNode }) {
  const { t } = useTranslation("sources");
  const tell = useTell();
  const queries = useQueryClient();
  const mayLoad = useMay("workspace:write");
  const [jobId, setJobId] = useState<string>();
  const load = hooks.useMutation("post", "/api/v1/demo-data", { onSuccess: (job) => setJobId(job.job_id), onError: (problem) => tell.failed(problem) });
  return (
    <Panel>
      {jobId ? (
        <JobProgress jobId={jobId} title={t("none.loading")} onFinished={() => void queries.invalidateQueries()} />
      ) : (
        <EmptyState
          title={t("none.title")}
          hint={t("none.hint")}
          action={
            <Flex gap={8} justify="center" wrap>
              {create}
              <Tooltip title={mayLoad ? t("none.demoHint") : t("none.demoForbidden")}>
                <Button icon={<ExperimentOutlined />} disabled={!mayLoad} loading={load.isPending} onClick={() => load.mutate({})}>{t("none.demo")}</Button>
              </Tooltip>
            </Flex>
          }
        />
      )}
    </Panel>
  );
}
