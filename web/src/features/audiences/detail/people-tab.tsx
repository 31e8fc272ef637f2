import { Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useNames } from "@shared/names";
import { PersonLink } from "@shared/people/person-link";
import { EmptyState } from "@shared/ui/empty-state";
import { type ListColumn, ListTable } from "@shared/ui/list-table";
import { Ago } from "@shared/ui/time";
import { nameOf } from "@shared/people/person-words";
import { audienceRoute } from "../routes";
import type { Audience } from "./model";

type Person = Schema<"PersonSummary">;

const text = (value: unknown) => (Array.isArray(value) ? value.join(", ") : String(value));

/** Who is in it, masked. */
export function PeopleTab({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  const names = useNames();
  const { cursor } = audienceRoute.useSearch();
  const navigate = audienceRoute.useNavigate();
  const path = { audience_id: audience.id };
  const query = hooks.useQuery("get", "/api/v1/audiences/{audience_id}/members", { params: { path, query: { cursor, limit: 50 } } });
  const columns: ListColumn<Person>[] = [
    { key: "person", title: t("member.person"), csv: (row) => nameOf(row) ?? names.anonymous, render: (_, row) => <PersonLink id={row.id} label={nameOf(row)} /> },
    { key: "id", title: t("member.id"), isExtra: true, csv: (row) => row.id, render: (_, row) => <span className="mono">{row.id}</span> },
    {
      key: "identifiers",
      title: t("member.identifiers"),
      csv: (row) => row.identifiers.map((each) => `${each.type}=${each.value}`).join("; "),
      render: (_, row) =>
        row.identifiers.map((each) => (
          <span key={each.type + each.value} style={{ marginInlineEnd: 12, whiteSpace: "nowrap" }}>
            <Typography.Text type="secondary">{names.identifier(each.type)}</Typography.Text> {each.value}
          </span>
        )),
    },
    {
      key: "traits",
      title: t("member.traits"),
      csv: (row) => Object.entries(row.traits).map(([name, value]) => `${name}=${text(value)}`).join("; "),
      render: (_, row) => (
        <Typography.Text ellipsis style={{ maxWidth: 320 }}>{Object.values(row.traits).map(text).join(" · ")}</Typography.Text>
      ),
    },
    { key: "seen", title: t("member.seen"), csv: (row) => row.last_seen, render: (_, row) => <Ago at={row.last_seen} /> },
  ];
  return (
    <ListTable
      name={`audience-${audience.name}`}
      query={query}
      columns={columns}
      rowKey="id"
      cursor={cursor}
      onCursor={(next) => void navigate({ search: (now) => ({ ...now, cursor: next }) })}
      loadPage={async (next) => (await api.GET("/api/v1/audiences/{audience_id}/members", { params: { path, query: { cursor: next, limit: 200 } } })).data ?? { items: [] }}
      filters={<Typography.Text type="secondary">{t("member.lead")}</Typography.Text>}
      empty={
        audience.run === null ? (
          <EmptyState title={t("member.notYet")} hint={t("member.notYetHint")} />
        ) : (
          <EmptyState title={t("member.none")} hint={t("member.noneHint")} />
        )
      }
    />
  );
}
