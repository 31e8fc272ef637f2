import { Link } from "@tanstack/react-router";
import { Typography } from "antd";
import type { Schema } from "@shared/api/client";

type Job = Pick<Schema<"JobOut">, "subject_kind" | "subject_id" | "subject_name">;

/** What a job works on, by its name, and the way there: an audience, a tag, a campaign. Nothing for other jobs. */
export function JobSubject({ job: { subject_kind: kind, subject_id: id, subject_name: name } }: { job: Job }) {
  if (!kind || !id) return null;
  if (!name) return <Typography.Text type="secondary" className="mono">{id}</Typography.Text>; // gone, or not for this user to see
  if (kind === "audience") return <Link to="/audiences/$audienceId" params={{ audienceId: id }}>{name}</Link>;
  if (kind === "tag") return <Link to="/tags/$tagId" params={{ tagId: id }}>{name}</Link>;
  return <Link to="/campaigns/$campaignId" params={{ campaignId: id }} search={{}}>{name}</Link>;
}
