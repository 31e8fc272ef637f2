import { Link } from "@tanstack/react-router";
import { Tooltip, Typography } from "antd";
import type { TFunction } from "i18next";
import type { Schema } from "@shared/api/client";
import type { Formats } from "@shared/format";
import type { ListColumn } from "@shared/ui/list-table";
import { Ago, Moment } from "@shared/ui/time";
import { CampaignState } from "../state";
import { Lift } from "./headline";
import { CampaignMenu } from "./row-actions";

export type Campaign = Schema<"CampaignOut">;

/** What the list shows of a campaign. */
export const columnsOf = (t: TFunction<"campaigns">, formats: Formats): ListColumn<Campaign>[] => [
  {
    key: "name",
    title: t("list.name"),
    render: (_, row) => <Link to="/campaigns/$campaignId" params={{ campaignId: row.id }} search={{}}>{row.name}</Link>,
    csv: (row) => row.name,
  },
  {
    key: "state",
    title: t("list.state"),
    render: (_, row) => (
      <Tooltip title={row.error ? [row.error.message, row.error.cure].filter(Boolean).join(" ") : undefined}>
        <span><CampaignState state={row.state} />{row.error && <Typography.Text type="danger"> {t("list.error")}</Typography.Text>}</span>
      </Tooltip>
    ),
    csv: (row) => t(`state.${row.state}`),
  },
  {
    key: "audience",
    title: t("list.audience"),
    render: (_, row) =>
      row.audience_id ? <Link to="/audiences/$audienceId" params={{ audienceId: row.audience_id }}>{row.audience_name ?? row.audience_id}</Link> : <Typography.Text type="secondary">—</Typography.Text>,
    csv: (row) => row.audience_name,
  },
  {
    key: "when",
    title: t("list.when"),
    render: (_, row) =>
      row.launched_at ? <Ago at={row.launched_at} /> : row.scheduled_at ? <Moment at={row.scheduled_at} /> : <Typography.Text type="secondary"><Ago at={row.updated_at} say={(ago) => t("list.edited", { ago })} /></Typography.Text>,
    csv: (row) => row.launched_at ?? row.scheduled_at,
  },
  {
    key: "sent",
    title: t("list.sent"),
    align: "end",
    className: "numeric",
    render: (_, row) => (row.launched_at ? formats.number(row.sent) : ""),
    csv: (row) => (row.launched_at ? row.sent : null),
  },
  {
    key: "converted",
    title: t("list.converted"),
    align: "end",
    className: "numeric",
    render: (_, row) => {
      const { headline } = row;
      if (!headline || headline.converted === null) return "";
      const share = headline.people ? headline.converted / headline.people : 0;
      return <Link to="/campaigns/$campaignId/report" params={{ campaignId: row.id }}>{t("list.convertedShare", { number: formats.number(headline.converted), share: formats.percent(share) })}</Link>;
    },
    csv: (row) => row.headline?.converted,
  },
  {
    key: "lift",
    title: t("list.lift"),
    align: "end",
    className: "numeric",
    render: (_, row) => row.headline && <Lift headline={row.headline} />,
    csv: (row) => row.headline?.lift?.value,
  },
  { key: "created", title: t("list.created"), isExtra: true, render: (_, row) => <Moment at={row.created_at} />, csv: (row) => row.created_at },
  { key: "finished", title: t("list.finished"), isExtra: true, render: (_, row) => <Moment at={row.finished_at} />, csv: (row) => row.finished_at },
  { key: "id", title: t("list.id"), isExtra: true, render: (_, row) => <span className="mono">{row.id}</span>, csv: (row) => row.id },
  { key: "actions", title: t("list.actions"), width: 60, align: "end", render: (_, row) => <CampaignMenu campaign={row} /> },
];
