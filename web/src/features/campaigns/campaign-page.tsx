import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Skeleton } from "antd";
import { Suspense, lazy } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@shared/session";
import { asProblem } from "@shared/api/problem";
import { EmptyState } from "@shared/ui/empty-state";
import { Page } from "@shared/ui/page";
import { ProblemView } from "@shared/ui/problem-view";
import { campaignOptions } from "./draft/use-draft";

const Editor = lazy(() => import("./draft/editor").then((module) => ({ default: module.Editor })));
const Launched = lazy(() => import("./live/launched").then((module) => ({ default: module.Launched })));

/** One campaign: its editor while it is a draft, then what became of it. */
export function CampaignPage() {
  const { t } = useTranslation("campaigns");
  const { campaignId } = useParams({ from: "/shell/campaigns/$campaignId" });
  const mayWrite = useMay("campaigns:write");
  const { data, error, refetch } = useQuery({ ...campaignOptions(campaignId), refetchOnMount: "always" });

  if (error && !data)
    return (
      <Page title={t("one")}>
        {asProblem(error).status === 404
          ? <EmptyState title={t("missing.title")} hint={t("missing.hint")} action={<Link to="/campaigns">{t("missing.action")}</Link>} />
          : <ProblemView problem={error} onRetry={() => void refetch()} />}
      </Page>
    );
  const waiting = <Page title={data?.name ?? t("one")}><Skeleton active paragraph={{ rows: 10 }} /></Page>;
  if (!data) return waiting;
  const isEditable = data.state === "draft" && data.archived_at === null && mayWrite;
  return <Suspense fallback={waiting}>{isEditable ? <Editor key={data.id} campaign={data} /> : <Launched key={data.id} campaign={data} />}</Suspense>;
}
