import { CopyOutlined, EllipsisOutlined, InboxOutlined, LineChartOutlined, PauseOutlined, PlayCircleOutlined, RollbackOutlined, StopOutlined } from "@ant-design/icons";
import { useNavigate } from "@tanstack/react-router";
import { Button, Dropdown, type MenuProps } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useMay } from "@shared/session";
import { possible, useCampaignActions } from "../actions";

interface Props {
  campaign: Schema<"CampaignOut">;
  /** As a button with words, for a page's head. */
  label?: string;
  /** Leaves out what the page shows as buttons of its own. */
  without?: string[];
}

/** Everything that can be done with a campaign now. */
export function CampaignMenu({ campaign, label, without = [] }: Props) {
  const { t } = useTranslation("campaigns");
  const navigate = useNavigate();
  const mayWrite = useMay("campaigns:write");
  const maySend = useMay("campaigns:send");
  const actions = useCampaignActions();
  const can = possible(campaign);
  const choices = [
    { key: "report", icon: <LineChartOutlined />, is: can.report, may: true },
    { key: "duplicate", icon: <CopyOutlined />, is: true, may: mayWrite },
    { key: "pause", icon: <PauseOutlined />, is: can.pause, may: maySend },
    { key: "resume", icon: <PlayCircleOutlined />, is: can.resume, may: maySend },
    { key: "archive", icon: <InboxOutlined />, is: can.archive, may: mayWrite },
    { key: "restore", icon: <RollbackOutlined />, is: can.restore, may: mayWrite },
    { key: "cancel", icon: <StopOutlined />, is: can.cancel, may: maySend, danger: true },
  ] as const;
  const items: NonNullable<MenuProps["items"]> = choices
    .filter((each) => each.is && !without.includes(each.key))
    .map((each) => ({ key: each.key, icon: each.icon, label: t(`action.${each.key}`), disabled: !each.may, danger: "danger" in each, title: each.may ? undefined : t("may.ask") }));
  const act = (key: string) => {
    if (key === "report") return navigate({ to: "/campaigns/$campaignId/report", params: { campaignId: campaign.id } });
    return actions[key as "duplicate" | "pause" | "resume" | "archive" | "restore" | "cancel"](campaign);
  };
  return (
    <Dropdown trigger={["click"]} menu={{ items, onClick: ({ key }) => void act(key) }}>
      {label
        ? <Button icon={<EllipsisOutlined />}>{label}</Button>
        : <Button type="text" size="small" icon={<EllipsisOutlined />} aria-label={t("action.more", { name: campaign.name })} />}
    </Dropdown>
  );
}
