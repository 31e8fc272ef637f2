import { Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { EmptyState } from "@shared/ui/empty-state";
import { Panel } from "@shared/ui/panel";
import { Status, type Tone } from "@shared/ui/status";
import { PeopleButton, type Stage } from "./behind";

type Row = Schema<"CampaignDetail">["progress"][number];

const TONES: Record<Row["state"], Tone> = {
  queued: "waiting", sending: "busy", handing_over: "busy", sent: "good", rejected: "neutral", bounced: "bad", failed: "bad", cancelled: "neutral", unknown: "warning",
};

const stageOf = (state: Row["state"]): Stage => (state === "queued" || state === "sending" || state === "handing_over" ? "waiting" : state);

/** What became of the messages, per version, with the reasons. */
export function DeliveriesPanel({ progress }: { progress: readonly Row[] }) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  return (
    <Panel title={t("delivery.title")} flush>
      <Table<Row>
        size="small"
        pagination={false}
        rowKey={(row) => `${row.arm}${row.state}${row.reason}`}
        dataSource={[...progress]}
        locale={{ emptyText: <EmptyState title={t("delivery.none")} hint={t("delivery.noneHint")} /> }}
        columns={[
          { key: "arm", title: t("delivery.version"), render: (_, row) => t("arm.named", { name: row.arm }) },
          { key: "state", title: t("list.state"), render: (_, row) => <Status tone={TONES[row.state]}>{t(`delivery.${row.state}`)}</Status> },
          { key: "reason", title: t("delivery.reason"), render: (_, row) => row.text ?? <Typography.Text type="secondary">—</Typography.Text> },
          {
            key: "people",
            title: t("delivery.people"),
            align: "end",
            render: (_, row) => <PeopleButton behind={{ stage: stageOf(row.state), arm: row.arm, reason: row.reason }}>{formats.number(row.deliveries)}</PeopleButton>,
          },
        ]}
      />
    </Panel>
  );
}
