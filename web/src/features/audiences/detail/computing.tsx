import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { JobProgress } from "@shared/jobs/job-progress";
import { useMay } from "@shared/session";
import { useAudienceActions } from "../list/actions";
import { ArchivedNote } from "./audience-page";
import type { Audience } from "./model";

const OVER: ReadonlySet<string> = new Set(["succeeded", "failed", "cancelled", "superseded"]);
const SOON = 2_000;

/** Whether the members are those of the newest definition; if not, what is being done about it. */
export function Computing({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  const queries = useQueryClient();
  const mayWrite = useMay("audiences:write");
  const actions = useAudienceActions();
  const { last_run: last, members_version: members, version } = audience;
  const isBehind = members !== version;
  const isRunning = last?.state === "running";
  const { job, isLooking } = useRefreshJob(audience.id, isBehind || isRunning);
  const forget = () =>
    void queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1] ?? "").startsWith("/api/v1/audiences") });

  if (audience.is_archived) return <ArchivedNote />;
  if (job)
    return (
      <Alert
        type="info"
        title={isBehind ? behindTitle() : t("computing.refreshing")}
        description={<JobProgress jobId={job} title={t("computing.progress")} onFinished={forget} />}
      />
    );
  if (isRunning || (isBehind && isLooking)) return <Alert type="info" showIcon title={isBehind ? behindTitle() : t("computing.refreshing")} description={t("computing.progress")} />;
  if (last?.state === "failed")
    return (
      <Alert
        type="error"
        showIcon
        title={t("computing.failed")}
        description={
          <Flex vertical gap={6} align="start">
            <span>{last.error?.message}</span>
            {last.error?.cure && <span>{last.error.cure}</span>}
            {members !== null && <Typography.Text type="secondary">{t("computing.stillOld", { version: members })}</Typography.Text>}
            {mayWrite && <Button size="small" onClick={() => void actions.refresh([audience])}>{t("computing.again")}</Button>}
          </Flex>
        }
      />
    );
  if (isBehind)
    return (
      <Alert
        type="warning"
        showIcon
        title={behindTitle()}
        description={t("computing.waiting")}
        action={mayWrite && <Button size="small" onClick={() => void actions.refresh([audience])}>{t("action.refresh")}</Button>}
      />
    );
  return null;

  function behindTitle() {
    return members === null ? t("computing.first", { version }) : t("computing.behind", { version, members });
  }
}

/** The job that computes this audience now, if there is one. */
function useRefreshJob(audienceId: string, isWanted: boolean): { job: string | null; isLooking: boolean } {
  const maySeeJobs = useMay("jobs:read");
  const { data, isLoading } = useQuery({
    queryKey: ["newest jobs", audienceId],
    queryFn: async ({ signal }) => {
      const { data: page } = await api.GET("/api/v1/jobs", { params: { query: { kind: "audience.refresh", limit: 50 } }, signal });
      const own = page?.items.find((job) => Object.values(job.payload).includes(audienceId));
      return own && !OVER.has(own.state) ? own.id : null;
    },
    enabled: maySeeJobs,
    refetchInterval: isWanted ? SOON : false,
  });
  return { job: data ?? null, isLooking: isLoading };
}
