import { Link } from "@tanstack/react-router";
import { Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useUserNames } from "@shared/session/user-names";
import { Panel } from "@shared/ui/panel";
import { Status, type Tone } from "@shared/ui/status";
import { Ago } from "@shared/ui/time";
import { nameOf } from "./impact-tab";

type Run = Schema<"IdentityRunSummary">;

const TONES: Record<Run["state"], Tone> = { queued: "waiting", running: "busy", succeeded: "good", failed: "bad", cancelled: "neutral", superseded: "neutral" };

/** What was tried and put in force lately. */
export function RunList({ runs, shown }: { runs: Run[]; shown: string | undefined }) {
  const { t } = useTranslation("identity");
  const userName = useUserNames();
  return (
    <Panel flush title={t("run.list")}>
      <Table<Run>
        size="small"
        rowKey="id"
        dataSource={runs}
        pagination={{ pageSize: 8, hideOnSinglePage: true, size: "small" }}
        rowClassName={(row) => (row.id === shown ? "identity-at" : "")}
        columns={[
          { title: t("run.what"), key: "what", render: (_, row) => <Link to="/identity" search={{ tab: "impact", run: row.id }}>{t(`run.${row.kind}`, { version: nameOf(row.version, t("versions.unkept")) })}</Link> },
          { title: t("run.stateTitle"), key: "state", render: (_, row) => <Status tone={TONES[row.state]}>{t(`run.state.${row.state}`)}</Status> },
          { title: t("run.by"), key: "by", render: (_, row) => userName(row.created_by) ?? <Typography.Text type="secondary" className="mono">{row.created_by}</Typography.Text> },
          { title: t("run.at"), key: "at", render: (_, row) => <Ago at={row.created_at} /> },
        ]}
      />
    </Panel>
  );
}
