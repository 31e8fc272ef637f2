import { Link } from "@tanstack/react-router";
import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { Status, type Tone } from "@shared/ui/status";
import { Ago } from "@shared/ui/time";

const FEW = 6;

/** The newest audiences, how many people they have, and how fresh that is. */
export function AudienceList() {
  const { t } = useTranslation("overview");
  const formats = useFormats();
  const query = hooks.useQuery("get", "/api/v1/audiences", { params: { query: { limit: FEW } } }, { refetchInterval: 30_000 });
  return (
    <Panel title={t("audiences.title")} extra={<Link to="/audiences">{t("all")}</Link>}>
      <QueryView
        query={query}
        isEmpty={(page) => page.items.length === 0}
        empty={<EmptyState title={t("audiences.none")} hint={t("audiences.noneHint")} action={<LinkButton to="/audiences/new">{t("audiences.new")}</LinkButton>} />}
      >
        {(page) => (
          <Rows>
            {page.items.map((audience) => (
              <Flex component="li" key={audience.id} justify="space-between" gap={12}>
                <Link to="/audiences/$audienceId" params={{ audienceId: audience.id }}>{audience.name}</Link>
                <span style={{ whiteSpace: "nowrap" }}>
                  <span className="numeric">{audience.size === null ? t("audiences.notYet") : t("audiences.size", { size: formats.compact(audience.size) })}</span>
                  {audience.refreshed_at && <Typography.Text type="secondary"> · <Ago at={audience.refreshed_at} /></Typography.Text>}
                </span>
              </Flex>
            ))}
          </Rows>
        )}
      </QueryView>
    </Panel>
  );
}

const TONES: Record<Schema<"CampaignOut">["state"], Tone> = {
  draft: "neutral", scheduled: "waiting", checking: "busy", sending: "busy", paused: "paused", done: "good", cancelled: "neutral",
};

/** The newest campaigns and where they stand. */
export function CampaignList() {
  const { t } = useTranslation("overview");
  const query = hooks.useQuery("get", "/api/v1/campaigns", { params: { query: { limit: FEW } } }, { refetchInterval: 15_000 });
  return (
    <Panel title={t("campaigns.title")} extra={<Link to="/campaigns">{t("all")}</Link>}>
      <QueryView
        query={query}
        isEmpty={(page) => page.items.length === 0}
        empty={<EmptyState title={t("campaigns.none")} hint={t("campaigns.noneHint")} action={<LinkButton to="/campaigns">{t("campaigns.new")}</LinkButton>} />}
      >
        {(page) => (
          <Rows>
            {page.items.map((campaign) => (
              <Flex component="li" key={campaign.id} justify="space-between" gap={12}>
                <Link to="/campaigns/$campaignId" params={{ campaignId: campaign.id }}>{campaign.name}</Link>
                <Flex gap={10} align="baseline" style={{ whiteSpace: "nowrap" }}>
                  <Status tone={campaign.error ? "bad" : TONES[campaign.state]}>{t(`campaigns.state.${campaign.state}`)}</Status>
                  <Typography.Text type="secondary"><Ago at={campaign.launched_at ?? campaign.updated_at} /></Typography.Text>
                  {campaign.launched_at && (
                    <Link to="/campaigns/$campaignId/report" params={{ campaignId: campaign.id }}>{t("campaigns.report")}</Link>
                  )}
                </Flex>
              </Flex>
            ))}
          </Rows>
        )}
      </QueryView>
    </Panel>
  );
}

function Rows({ children }: { children: React.ReactNode }) {
  return <ul style={{ listStyle: "none", margin: 0, padding: 0, display: "grid", gap: 9 }}>{children}</ul>;
}
