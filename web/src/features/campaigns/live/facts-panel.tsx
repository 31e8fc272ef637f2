import { Link } from "@tanstack/react-router";
import { Descriptions, type DescriptionsProps } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { Panel } from "@shared/ui/panel";
import { Moment } from "@shared/ui/time";
import { usePurposeName } from "../audience/purpose-field";
import { SplitBar } from "../split/split-bar";

/** How the campaign was set up. */
export function FactsPanel({ campaign }: { campaign: Schema<"CampaignDetail"> }) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const purposeName = usePurposeName();
  const { goal, sender, purpose, track } = campaign.content;
  const items: NonNullable<DescriptionsProps["items"]> = [
    {
      key: "audience",
      label: t("list.audience"),
      children: campaign.audience_id ? <Link to="/audiences/$audienceId" params={{ audienceId: campaign.audience_id }}>{campaign.audience_name ?? campaign.audience_id}</Link> : t("summary.nobody"),
    },
    { key: "goal", label: t("goal.title"), children: goal ? t(goal.window_hours % 24 === 0 ? "summary.goalDays" : "summary.goalHours", { event: goal.event, count: goal.window_hours % 24 === 0 ? goal.window_hours / 24 : goal.window_hours }) : t("summary.noGoal") },
    { key: "purpose", label: t("purpose.label"), children: purposeName(purpose) },
    { key: "sender", label: t("sender.from"), children: sender || t("sender.default") },
    { key: "track", label: t("track.title"), children: track.length ? formats.list(track.map((each) => t(`track.${each}`))) : t("facts.noTracking") },
    ...(campaign.scheduled_at ? [{ key: "scheduled", label: t("state.scheduled"), children: <Moment at={campaign.scheduled_at} /> }] : []),
    ...(campaign.launched_at ? [{ key: "launched", label: t("facts.launched"), children: <Moment at={campaign.launched_at} /> }] : []),
    ...(campaign.finished_at ? [{ key: "finished", label: t("list.finished"), children: <Moment at={campaign.finished_at} /> }] : []),
  ];
  return (
    <Panel title={t("facts.title")}>
      <SplitBar arms={campaign.content.arms} />
      <Descriptions column={1} size="small" style={{ marginTop: 12 }} items={items} />
    </Panel>
  );
}
