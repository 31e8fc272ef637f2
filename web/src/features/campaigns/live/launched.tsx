import { ArrowLeftOutlined, LineChartOutlined, PauseOutlined, PlayCircleOutlined, StopOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Flex, Tooltip } from "antd";
import { type ReactElement, useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@shared/session";
import { ApiButton } from "@shared/ui/api-button";
import { Page } from "@shared/ui/page";
import { possible, useCampaignActions } from "../actions";
import { type CampaignDetail, campaignOptions } from "../draft/use-draft";
import { CampaignMenu } from "../list/row-actions";
import { CampaignState } from "../state";
import { BehindDrawer } from "./behind";
import { ContentPanel } from "./content-panel";
import { DeliveriesPanel } from "./deliveries-panel";
import { FactsPanel } from "./facts-panel";
import { ProgressPanel } from "./progress-panel";

/** What becomes of a campaign that was launched; also a draft that may only be looked at. */
export function Launched({ campaign }: { campaign: CampaignDetail }) {
  const { t } = useTranslation("campaigns");
  const queries = useQueryClient();
  const maySend = useMay("campaigns:send");
  const actions = useCampaignActions();
  const can = possible(campaign);
  const isDraft = campaign.state === "draft";
  const moved = useCallback(() => void queries.invalidateQueries({ queryKey: campaignOptions(campaign.id).queryKey }), [queries, campaign.id]);
  const may = (button: ReactElement) => <Tooltip title={maySend ? undefined : t("may.send")}>{button}</Tooltip>;

  return (
    <Page
      title={campaign.name}
      before={<Link to="/campaigns" search={{}}><ArrowLeftOutlined /> {t("title")}</Link>}
      after={<CampaignState state={campaign.state} />}
      actions={
        <>
          <ApiButton method="GET" path={`/campaigns/${campaign.id}`} />
          <CampaignMenu campaign={campaign} label={t("list.actions")} without={["report", "pause", "resume", "cancel"]} />
          {can.cancel && may(<Button danger icon={<StopOutlined />} disabled={!maySend} onClick={() => actions.cancel(campaign)}>{t("action.cancel")}</Button>)}
          {can.pause && may(<Button icon={<PauseOutlined />} disabled={!maySend} onClick={() => void actions.pause(campaign)}>{t("action.pause")}</Button>)}
          {can.resume && may(<Button type="primary" icon={<PlayCircleOutlined />} disabled={!maySend} onClick={() => actions.resume(campaign)}>{t("action.resume")}</Button>)}
          {can.report && (
            <Link to="/campaigns/$campaignId/report" params={{ campaignId: campaign.id }} tabIndex={-1}>
              <Button type={can.resume ? "default" : "primary"} icon={<LineChartOutlined />}>{t("action.report")}</Button>
            </Link>
          )}
        </>
      }
    >
      {campaign.archived_at && <Alert type="info" showIcon style={{ marginBottom: 14 }} title={t("facts.archived")} action={<Button size="small" onClick={() => void actions.restore(campaign)}>{t("action.restore")}</Button>} />}
      {isDraft && !campaign.archived_at && <Alert type="info" showIcon style={{ marginBottom: 14 }} title={t("may.write")} description={t("may.ask")} />}
      <BehindDrawer campaign={campaign} />
      <div style={{ display: "grid", gap: 14, alignItems: "start", gridTemplateColumns: "repeat(auto-fit, minmax(min(440px, 100%), 1fr))" }}>
        <Flex vertical gap={14} style={{ minWidth: 0 }}>
          {!isDraft && <ProgressPanel campaign={campaign} onMoved={moved} />}
          {!isDraft && campaign.state !== "scheduled" && <DeliveriesPanel progress={campaign.progress} />}
          <FactsPanel campaign={campaign} />
        </Flex>
        <ContentPanel campaign={campaign} />
      </div>
    </Page>
  );
}
