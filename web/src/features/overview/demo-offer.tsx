import { ExperimentOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Button, Divider, Flex, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { JobProgress } from "@shared/jobs/job-progress";
import { useMay } from "@shared/session";
import { useTell } from "@shared/ui/use-tell";

/** While there is nobody in the workspace: made-up people to look around with, and how far they are on their way. */
export function DemoOffer() {
  const maySeePeople = useMay("profiles:read");
  const mayLoad = useMay("workspace:write");
  const people = hooks.useQuery("get", "/api/v1/overview/people", {}, { enabled: maySeePeople && mayLoad, refetchInterval: 15_000 });
  const [wasEmpty, setWasEmpty] = useState(false);
  const isEmpty = people.data?.people === 0;
  if (isEmpty && !wasEmpty) setWasEmpty(true);
  return mayLoad && (isEmpty || wasEmpty) ? <Offer /> : null;
}

function Offer() {
  const { t } = useTranslation("overview");
  const tell = useTell();
  const queries = useQueryClient();
  const demo = hooks.useQuery("get", "/api/v1/demo-data");
  const load = hooks.useMutation("post", "/api/v1/demo-data", { onSuccess: () => void demo.refetch(), onError: (problem) => tell.failed(problem) });
  const [overId, setOver] = useState<string>(); // a job that failed or was cancelled is told, and can be begun again
  if (!demo.data || demo.data.loaded) return null;
  const { job_id: jobId } = demo.data;
  const finish = (state: string) => {
    if (state === "succeeded") void queries.invalidateQueries();
    else setOver(jobId ?? undefined);
  };
  return (
    <>
      {jobId && <JobProgress key={jobId} jobId={jobId} title={t("demo.loading")} onFinished={finish} />}
      {(!jobId || jobId === overId) && (
        <Flex vertical gap={6} align="start">
          <Typography.Text type="secondary">{t("demo.hint")}</Typography.Text>
          <Button size="small" icon={<ExperimentOutlined />} loading={load.isPending} onClick={() => load.mutate({})}>{t("demo.action")}</Button>
        </Flex>
      )}
      <Divider style={{ margin: "12px 0" }} />
    </>
  );
}
