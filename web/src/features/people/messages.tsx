import { Link } from "@tanstack/react-router";
import { Table, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { EmptyState } from "@shared/ui/empty-state";
import { QueryView } from "@shared/ui/query-view";
import { Status, type Tone } from "@shared/ui/status";
import { Moment } from "@shared/ui/time";

type Message = Schema<"PersonMessage">;

const TONES: Record<string, Tone> = {
  queued: "waiting", sending: "busy", handing_over: "busy", sent: "good", rejected: "neutral", bounced: "bad", failed: "bad", cancelled: "neutral", unknown: "warning",
};

/** What was sent to the person, what was held back and why, and what they did with it. */
export function Messages({ profileId }: { profileId: string }) {
  const { t, i18n } = useTranslation("people");
  const [cursor, setCursor] = useState<string>();
  const query = hooks.useQuery("get", "/api/v1/profiles/{profile_id}/messages", { params: { path: { profile_id: profileId }, query: { cursor } } });
  const state = (name: string) => (i18n.exists(`people:messages.state.${name}`) ? t(`messages.state.${name as "sent"}`) : name);
  return (
    <QueryView query={query} isEmpty={(page) => page.items.length === 0} empty={<EmptyState title={t("messages.none")} hint={t("messages.noneHint")} />}>
      {(page) => (
        <Table<Message>
          size="small"
          rowKey="id"
          pagination={false}
          dataSource={page.items}
          footer={page.next_cursor ? () => <Typography.Link onClick={() => setCursor(page.next_cursor ?? undefined)}>{t("messages.older")}</Typography.Link> : undefined}
          columns={[
            {
              title: t("messages.campaign"), key: "campaign",
              render: (_, row) => (
                <>
                  <Link to="/campaigns/$campaignId" params={{ campaignId: row.campaign_id }}>{row.campaign_name}</Link>
                  <Typography.Text type="secondary" style={{ display: "block" }}>{t("messages.arm", { arm: row.arm })}</Typography.Text>
                </>
              ),
            },
            {
              title: t("messages.outcome"), key: "outcome",
              render: (_, row) => (
                <>
                  <Status tone={TONES[row.state] ?? "neutral"}>{state(row.state)}</Status>
                  {row.reason_text && <Typography.Text type="secondary" style={{ display: "block" }}>{row.reason_text}</Typography.Text>}
                </>
              ),
            },
            { title: t("messages.sent"), key: "sent", render: (_, row) => <Moment at={row.sent_at} /> },
            { title: t("messages.opened"), key: "opened", render: (_, row) => <Moment at={row.opened_at} /> },
            { title: t("messages.clicked"), key: "clicked", render: (_, row) => <Moment at={row.clicked_at} /> },
            { title: t("messages.converted"), key: "converted", render: (_, row) => <Moment at={row.converted_at} /> },
          ]}
        />
      )}
    </QueryView>
  );
}
