import { useQueryClient } from "@tanstack/react-query";
import { Flex, Skeleton } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { Problem } from "@shared/api/problem";
import { JobProgress } from "@shared/jobs/job-progress";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { QueryView } from "@shared/ui/query-view";
import { identityRoute } from "../routes";
import type { Work } from "../rules/use-work";
import { CarriedOut } from "./carried-out";
import { ImpactResult } from "./impact-result";
import { RunList } from "./run-list";
import { TryButton } from "./try-button";

export type Run = Schema<"IdentityRunOut">;

/** What rules would change, and what they did. */
export function ImpactTab({ work }: { work: Work }) {
  const { t } = useTranslation("identity");
  const mayWrite = useMay("identity:write");
  const { run: wanted } = identityRoute.useSearch();
  const runs = hooks.useQuery("get", "/api/v1/identity/runs");
  const shown = wanted ?? runs.data?.items[0]?.id;
  const draft = work.place?.draft;
  return (
    <QueryView
      query={runs}
      rows={8}
      isEmpty={(data) => data.items.length === 0 && !wanted}
      empty={
        <Panel>
          <EmptyState
            title={t("impact.none")}
            hint={t(draft ? "impact.noneDraft" : "impact.noneHint")}
            action={draft && mayWrite ? <TryButton version={draft.version} type="primary" label={t("impact.try")} /> : undefined}
          />
        </Panel>
      }
    >
      {(data) => (
        <Flex vertical gap={12}>
          {shown && <Shown key={shown} id={shown} work={work} />}
          <RunList runs={data.items} shown={shown} />
        </Flex>
      )}
    </QueryView>
  );
}

function Shown({ id, work }: { id: string; work: Work }) {
  const { t } = useTranslation("identity");
  const queries = useQueryClient();
  const mayWrite = useMay("identity:write");
  const query = hooks.useQuery("get", "/api/v1/identity/runs/{identity_run_id}", { params: { path: { identity_run_id: id } } });
  const again = () => void queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1] ?? "").startsWith("/api/v1/identity/") });
  if (!query.data) return <Panel>{query.error ? <ProblemView problem={query.error} onRetry={() => void query.refetch()} /> : <Skeleton active />}</Panel>;
  const run = query.data;
  const title = t(`run.${run.kind}`, { version: nameOf(run.version, t("versions.unkept")) });
  if (run.state === "queued" || run.state === "running")
    return <Panel><JobProgress jobId={run.job_id} title={t(`run.${run.kind}Doing`, { version: nameOf(run.version, t("versions.unkept")) })} onFinished={again} /></Panel>;
  const retry = run.kind === "what_if" && run.version !== null && mayWrite ? <TryButton version={run.version} label={t("impact.again")} /> : undefined;
  if (run.state === "failed") return <Panel title={title} extra={retry}><ProblemView title={t("run.failed")} problem={new Problem({ status: 500, code: "job_failed", detail: run.error ?? "" })} /></Panel>;
  if (run.kind === "apply" && run.carried_out) return <CarriedOut run={run} done={run.carried_out} work={work} />;
  if (run.state !== "succeeded" || !run.impact) return <Panel title={title}><EmptyState title={t(`run.state.${run.state}`)} hint={t(run.kind === "apply" ? "run.cancelledApply" : "run.cancelledTry")} action={retry} /></Panel>;
  return <ImpactResult run={run} impact={run.impact} work={work} retry={retry} />;
}

/** A version by its number; rules that were tried without being kept have none. */
export const nameOf = (version: number | null, unkept: string) => (version === null ? unkept : String(version));
