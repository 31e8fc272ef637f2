import { ReloadOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Flex, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { Problem } from "@shared/api/problem";
import { useFormats } from "@shared/format";
import { JobProgress } from "@shared/jobs/job-progress";
import { useMay } from "@shared/session";
import { ProblemView } from "@shared/ui/problem-view";
import { Ago } from "@shared/ui/time";
import { useTell } from "@shared/ui/use-tell";
import type { Tag } from "../model/definition";

/** When the values were computed, when they are again, and a way not to wait for that. */
export function Freshness({ tag }: { tag: Tag }) {
  const { t } = useTranslation("tags");
  const formats = useFormats();
  const tell = useTell();
  const queries = useQueryClient();
  const mayWrite = useMay("tags:write");
  const [job, setJob] = useState<string | null>(null);
  const refresh = () => queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1] ?? "").startsWith("/api/v1/tags") });
  const recompute = async () => {
    try {
      const { data } = await api.POST("/api/v1/tags/{tag_id}/recompute", { params: { path: { tag_id: tag.id } } });
      setJob(data?.job_id ?? null);
    } catch (thrown) {
      tell.failed(thrown, t("action.failed", { name: tag.name }));
    }
  };
  const over = (state: string) => {
    void refresh();
    if (state === "succeeded") {
      setJob(null);
      tell.done(t("detail.recomputed"));
    }
  };
  const last = tag.last_run;
  const isOld = tag.values_version !== null && tag.values_version !== tag.version;
  return (
    <Flex vertical gap={8} aria-live="polite">
      <Flex gap={6} align="center" wrap>
        <Typography.Text>
          {tag.refreshed_at ? <Ago at={tag.refreshed_at} say={(ago) => t("detail.computed", { ago })} /> : t("detail.neverComputed")}
        </Typography.Text>
        {!tag.is_archived && (
          <Typography.Text type="secondary">{tag.due_at ? t("state.due", { when: formats.relative(tag.due_at) }) : t("scheduleHint.manual")}</Typography.Text>
        )}
        {!tag.is_archived && !job && (
          <Tooltip title={mayWrite ? undefined : t("list.mayNot")}>
            <Button size="small" icon={<ReloadOutlined aria-hidden />} disabled={!mayWrite} onClick={() => void recompute()}>{t("action.recompute")}</Button>
          </Tooltip>
        )}
      </Flex>
      {job && <JobProgress key={job} jobId={job} title={t("state.running")} onFinished={over} />}
      {isOld && <Alert type="warning" showIcon title={t("detail.old", { version: tag.version, before: tag.values_version })} />}
      {last?.state === "failed" && (
        <ProblemView title={t("detail.lastFailed")} problem={new Problem({ status: 500, code: last.error?.code ?? "failed", detail: last.error?.message ?? "", cure: last.error?.cure ?? null })} />
      )}
    </Flex>
  );
}
