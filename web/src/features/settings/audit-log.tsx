import { Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useUserNames } from "@shared/session/user-names";
import { CodeBlock } from "@shared/ui/code-block";
import { EmptyState } from "@shared/ui/empty-state";
import { ListTable } from "@shared/ui/list-table";
import { SearchField } from "@shared/ui/search-field";
import { Ago, Moment } from "@shared/ui/time";
import { settingsSectionRoute } from "./routes";

type Entry = Schema<"AuditOut">;

// Actions begin with what they are done to; a dot at the end asks for all of these.
const KINDS = ["user", "member", "session", "token", "workspace", "source", "quarantine", "import", "profile", "tag", "audience", "campaign", "delivery", "consent", "suppression", "job"] as const;

/** Who did what, when, and from where. */
export function AuditLog() {
  const { t } = useTranslation("settings");
  const { action, actor, target, cursor } = settingsSectionRoute.useSearch();
  const navigate = settingsSectionRoute.useNavigate();
  const filters = { action, actor_id: actor, target_id: target };
  const query = hooks.useQuery("get", "/api/v1/audit", { params: { query: { ...filters, cursor, limit: 50 } } });
  const nameOf = useUserNames();
  const who = (row: Entry) => (row.actor_kind === "system" ? nameOf(row.actor_id) : row.actor_name) || row.actor_id;
  const isFiltered = Boolean(action ?? actor ?? target);
  return (
    <ListTable<Entry>
      name="audit"
      query={query}
      rowKey="id"
      cursor={cursor}
      onCursor={(next) => void navigate({ search: (before) => ({ ...before, cursor: next }) })}
      loadPage={async (next) => {
        const { data } = await api.GET("/api/v1/audit", { params: { query: { ...filters, cursor: next, limit: 100 } } });
        return data ?? { items: [] };
      }}
      filters={
        <>
          <Select
            allowClear
            style={{ width: 180 }}
            value={action}
            placeholder={t("audit.every")}
            aria-label={t("audit.kind")}
            options={KINDS.map((kind) => ({ value: `${kind}.`, label: t(`audit.of.${kind}`) }))}
            onChange={(next?: string) => void navigate({ search: (before) => ({ ...before, action: next, cursor: undefined }) })}
          />
          <SearchField value={target} placeholder={t("audit.target")} onChange={(next) => void navigate({ search: (before) => ({ ...before, target: next, cursor: undefined }), replace: true })} />
        </>
      }
      empty={<EmptyState title={t(isFiltered ? "audit.noneFound" : "audit.none")} hint={isFiltered ? t("audit.noneFoundHint") : undefined} />}
      expandable={(row) => (
        <CodeBlock label={t("audit.details")} code={JSON.stringify({ action: row.action, target: row.target_id, ...row.details, request_id: row.request_id }, null, 2)} />
      )}
      columns={[
        { key: "at", title: t("audit.at"), csv: (row) => row.at, render: (_, row) => <Moment at={row.at} seconds /> },
        {
          key: "who", title: t("audit.who"), csv: who,
          render: (_, row) => (
            <Typography.Link onClick={() => void navigate({ search: (before) => ({ ...before, actor: actor ? undefined : row.actor_id, cursor: undefined }) })}>{who(row)}</Typography.Link>
          ),
        },
        { key: "what", title: t("audit.what"), csv: (row) => row.text, render: (_, row) => row.text },
        { key: "target", title: t("audit.target"), isExtra: true, csv: (row) => row.target_id, render: (_, row) => row.target_name ?? row.target_id },
        { key: "ip", title: t("audit.ip"), csv: (row) => row.ip, render: (_, row) => row.ip },
        { key: "ago", title: t("audit.ago"), isExtra: true, render: (_, row) => <Ago at={row.at} /> },
      ]}
    />
  );
}
