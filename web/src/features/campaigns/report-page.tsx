import { LeftOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { ApiButton } from "@shared/ui/api-button";
import { Page } from "@shared/ui/page";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { Ago, Moment } from "@shared/ui/time";
import { Arms } from "./report/arms";
import { Effects } from "./report/effects";
import { HowComputed } from "./report/how-computed";
import { OverTime } from "./report/over-time";
import { ReachedPeople } from "./report/reached-people";
import { Verdict } from "./report/verdict";
import { campaignReportRoute } from "./routes";
import { CampaignState } from "./state";

/** What a campaign was worth: a verdict in words, the numbers behind it, and the people behind each number. */
export function ReportPage() {
  const { t } = useTranslation("campaigns/report");
  const { campaignId } = campaignReportRoute.useParams();
  const params = { params: { path: { campaign_id: campaignId } } };
  const campaign = hooks.useQuery("get", "/api/v1/campaigns/{campaign_id}", params);
  const report = hooks.useQuery("get", "/api/v1/campaigns/{campaign_id}/report", params, {
    refetchInterval: (query) => (query.state.data?.is_complete ? false : 15_000), // people are still answering
    placeholderData: (before) => before,
  });
  const facts = report.data;
  return (
    <Page
      title={campaign.data?.name ?? t("title")}
      before={<Link to="/campaigns/$campaignId" params={{ campaignId }}><LeftOutlined /> {t("back")}</Link>}
      after={campaign.data && <CampaignState state={campaign.data.state} />}
      lead={
        facts && (
          <Flex gap={14} wrap>
            <span>{t("title")}</span>
            {facts.goal && <span>{t("goal", { event: facts.goal.event, count: Math.round(facts.goal.window_hours / 24) })}</span>}
            {facts.counts_from && facts.counts_until && <span>{t("counts")} <Moment at={facts.counts_from} /> – <Moment at={facts.counts_until} /></span>}
            <Typography.Text type="secondary">{t("asOf")} <Ago at={facts.as_of} /></Typography.Text>
          </Flex>
        )
      }
      actions={<ApiButton method="GET" path={`/campaigns/${campaignId}/report`} />}
    >
      <QueryView query={report} rows={12}>
        {(data) => (
          <Flex vertical gap={16}>
            <Verdict report={data} />
            <Panel title={t("arms.title")} flush extra={<Typography.Text type="secondary">{t("arms.lead")}</Typography.Text>}><Arms report={data} /></Panel>
            {data.comparisons.length > 0 && <Panel title={t("effects.title")}><Effects report={data} /></Panel>}
            {data.days.length > 0 && <Panel title={t("days.title")}><OverTime report={data} /></Panel>}
            <HowComputed report={data} />
            <ReachedPeople campaignId={campaignId} />
          </Flex>
        )}
      </QueryView>
    </Page>
  );
}
