import { Link } from "@tanstack/react-router";
import { Typography } from "antd";
import { type Schema, hooks } from "@shared/api/client";
import { useMay } from "@shared/session";

type Job = Schema<"JobOut">;

const OFTEN_ENOUGH = { staleTime: 300_000, retry: false };

/** What a job works on, by its name, and the way there: an audience, a tag, a campaign. Nothing for other jobs. */
export function JobSubject({ job }: { job: Job }) {
  const id = (name: string) => (typeof job.payload[name] === "string" ? job.payload[name] : "");
  const [audienceId, tagId, campaignId] = [id("audience_id"), id("tag_id"), id("campaign_id")];
  const maySee = { audience: useMay("audiences:read"), tag: useMay("tags:read"), campaign: useMay("campaigns:read") };
  const audience = hooks.useQuery("get", "/api/v1/audiences/{audience_id}", { params: { path: { audience_id: audienceId } } }, { ...OFTEN_ENOUGH, enabled: audienceId !== "" && maySee.audience });
  const tag = hooks.useQuery("get", "/api/v1/tags/{tag_id}", { params: { path: { tag_id: tagId } } }, { ...OFTEN_ENOUGH, enabled: tagId !== "" && maySee.tag });
  const campaign = hooks.useQuery("get", "/api/v1/campaigns/{campaign_id}", { params: { path: { campaign_id: campaignId } } }, { ...OFTEN_ENOUGH, enabled: campaignId !== "" && maySee.campaign });
  if (campaign.data) return <Link to="/campaigns/$campaignId" params={{ campaignId }} search={{}}>{campaign.data.name}</Link>;
  if (audience.data) return <Link to="/audiences/$audienceId" params={{ audienceId }}>{audience.data.name}</Link>;
  if (tag.data) return <Link to="/tags/$tagId" params={{ tagId }}>{tag.data.name}</Link>;
  const unknown = campaignId || audienceId || tagId;
  return unknown ? <Typography.Text type="secondary" className="mono">{unknown}</Typography.Text> : null;
}
