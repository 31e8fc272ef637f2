import { Button, Descriptions, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { useUserNames } from "@shared/session/user-names";
import { EmptyState } from "@shared/ui/empty-state";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { Ago, Moment } from "@shared/ui/time";
import { audienceRoute } from "../routes";
import type { Audience } from "./model";
import { Trend } from "./trend";
import { UserList } from "./used-by";
import "./detail.css";

/** How large it is, whom it means, and what builds on it. */
export function OverviewTab({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  const runs = hooks.useQuery("get", "/api/v1/audiences/{audience_id}/runs", { params: { path: { audience_id: audience.id }, query: { limit: 100 } } });
  return (
    <div className="audience-overview">
      <Flex vertical gap={12} style={{ minWidth: 0 }}>
        <Panel title={t("detail.size")} extra={<Freshness audience={audience} />}>
          <Size audience={audience} />
          <QueryView query={runs} rows={6} isEmpty={(page) => page.items.every((run) => run.state !== "finished")} empty={<EmptyState title={t("trend.none")} hint={t("trend.noneHint")} />}>
            {(page) => <Trend runs={page.items} />}
          </QueryView>
        </Panel>
        <Panel title={t("editor.inWords")}>
          <Typography.Paragraph style={{ fontSize: 14, margin: 0 }}>{audience.sentence}</Typography.Paragraph>
          {audience.last_run && (
            <Typography.Text type="secondary" style={{ fontSize: 12 }}>{t("detail.relative")} <Moment at={audience.last_run.resolved_at} /></Typography.Text>
          )}
        </Panel>
      </Flex>
      <Flex vertical gap={12}>
        <Panel title={t("detail.usedBy")}>
          <UserList users={audience.used_by} />
        </Panel>
        <Panel title={t("detail.facts")}>
          <Facts audience={audience} />
        </Panel>
      </Flex>
    </div>
  );
}

function Size({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  const formats = useFormats();
  const navigate = audienceRoute.useNavigate();
  const maySeePeople = useMay("profiles:read");
  const { last_run: last } = audience;
  if (audience.size === null) return <Typography.Text type="secondary">{t("state.first")}</Typography.Text>;
  const open = (show: "members" | "entered" | "exited", run?: number) => void navigate({ search: (now) => ({ ...now, show, run }) });
  const link = (show: "entered" | "exited", count: number, run: number) => {
    const words = t(`detail.${show}`, { count, shown: formats.number(count) });
    if (!maySeePeople || count === 0) return <Typography.Text type="secondary">{words}</Typography.Text>;
    return <Button type="link" size="small" style={{ padding: 0 }} onClick={() => open(show, run)}>{words}</Button>;
  };
  return (
    <Flex gap={20} align="baseline" wrap style={{ marginBottom: 8 }}>
      <Button type="text" className="numeric" disabled={!maySeePeople} style={{ padding: 0, height: "auto", fontSize: 28, fontWeight: 600, color: "inherit" }} onClick={() => open("members")}>
        {t("detail.people", { count: audience.size, shown: formats.number(audience.size) })}
      </Button>
      {last?.state === "finished" && last.previous_run !== null && (
        <Flex gap={12} align="baseline">
          {link("entered", last.entered ?? 0, last.run)}
          {link("exited", last.exited ?? 0, last.run)}
          <Typography.Text type="secondary">{t("detail.sinceBefore")}</Typography.Text>
        </Flex>
      )}
    </Flex>
  );
}

function Freshness({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  const formats = useFormats();
  if (!audience.refreshed_at) return null;
  return (
    <Typography.Text type="secondary" style={{ fontSize: 12 }}>
      <Ago at={audience.refreshed_at} say={(ago) => t("detail.computed", { ago })} />
      {audience.due_at && !audience.is_archived && <> · {t("detail.due", { when: formats.relative(audience.due_at) })}</>}
    </Typography.Text>
  );
}

function Facts({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  const nameOf = useUserNames();
  return (
    <Descriptions
      size="small"
      column={1}
      items={[
        { key: "kind", label: t("field.kind"), children: t(`kind.${audience.kind}`) },
        ...(audience.kind === "dynamic" ? [{ key: "schedule", label: t("field.schedule"), children: t(`schedule.${audience.schedule}`) }] : []),
        { key: "owner", label: t("column.owner"), children: nameOf(audience.created_by) ?? "–" },
        { key: "created", label: t("column.created"), children: <Moment at={audience.created_at} /> },
        { key: "updated", label: t("column.updated"), children: <Ago at={audience.updated_at} /> },
        { key: "id", label: t("detail.id"), children: <span className="mono">{audience.id}</span> },
      ]}
    />
  );
}
