import { Alert, Segmented, Typography } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useNames } from "@shared/names";
import { useTraitNames } from "@shared/names/traits";
import { PersonLink } from "@shared/people/person-link";
import { ApiButton } from "@shared/ui/api-button";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";
import { type ListColumn, ListTable } from "@shared/ui/list-table";
import { Page } from "@shared/ui/page";
import { SearchField } from "@shared/ui/search-field";
import { Ago } from "@shared/ui/time";
import { peopleRoute } from "./routes";
import { shortTraits } from "./values";

type Person = Schema<"ProfileOut">;

/** The people of the workspace, the newest first, or those with a certain identifier. */
export function PeoplePage() {
  const { t } = useTranslation("people");
  const { q, identified, first, last, cursor } = peopleRoute.useSearch();
  const navigate = peopleRoute.useNavigate();
  const names = useNames();
  const traitName = useTraitNames();
  const filters = useMemo(
    () => (q ? { search: q } : { identified, first_seen_since: first, last_seen_since: last }),
    [q, identified, first, last],
  );
  const query = hooks.useQuery("get", "/api/v1/profiles", { params: { query: { ...filters, cursor, limit: 50 } } });
  const isFiltered = Boolean(q ?? identified ?? first ?? last);
  const columns: ListColumn<Person>[] = [
    { key: "name", title: t("list.person"), csv: (row) => row.display_name ?? names.anonymous, render: (_, row) => <PersonLink id={row.id} label={row.display_name} /> },
    {
      key: "identifiers", title: t("list.identifiers"), csv: (row) => row.identifiers.map((each) => `${each.type}=${each.value}`).join("; "),
      render: (_, row) => (
        <div style={{ maxWidth: "clamp(366px, 30vw - 44px, 520px)" }}>
          {row.identifiers.slice(0, 4).map((each) => (
            <span key={each.type + each.value} style={{ marginInlineEnd: 12, display: "inline-block" }}>
              <Typography.Text type="secondary">{names.identifier(each.type)}</Typography.Text> {each.value}
            </span>
          ))}
          {row.identifiers.length > 4 && <Typography.Text type="secondary">{t("list.more", { count: row.identifiers.length - 4 })}</Typography.Text>}
        </div>
      ),
    },
    { key: "traits", title: t("list.traits"), render: (_, row) => <Typography.Text type="secondary" style={{ maxWidth: "clamp(278px, 20vw + 5px, 380px)", display: "block" }}>{shortTraits(row.traits, traitName)}</Typography.Text> },
    { key: "first", title: t("list.firstSeen"), csv: (row) => row.first_seen, render: (_, row) => <Ago at={row.first_seen} /> },
    { key: "last", title: t("list.lastSeen"), csv: (row) => row.last_seen, render: (_, row) => <Ago at={row.last_seen} /> },
    { key: "id", title: t("list.id"), isExtra: true, csv: (row) => row.id, render: (_, row) => <span className="mono">{row.id}</span> },
  ];
  const choice = last ? "active" : first ? "new" : identified ? "identified" : "all";
  const choose = (next: string) => {
    const since = new Date(Date.now() - 7 * 86_400_000).toISOString();
    void navigate({ search: { identified: next === "identified" || undefined, first: next === "new" ? since : undefined, last: next === "active" ? since : undefined } });
  };
  return (
    <Page title={t("title")} lead={t("lead")} actions={<ApiButton method="GET" path={q ? `/profiles?search=${encodeURIComponent(q)}` : "/profiles"} />}>
      <ListTable<Person>
        name="people"
        query={query}
        rowKey="id"
        columns={columns}
        cursor={cursor}
        onCursor={(next) => void navigate({ search: (before) => ({ ...before, cursor: next }) })}
        loadPage={async (next) => (await api.GET("/api/v1/profiles", { params: { query: { ...filters, cursor: next, limit: 200 } } })).data ?? { items: [] }}
        filters={
          <>
            <SearchField value={q} width={330} placeholder={t("list.search")} onChange={(next) => void navigate({ search: { q: next }, replace: true })} />
            {!q && <Segmented aria-label={t("list.which")} value={choice} onChange={choose} options={(["all", "identified", "new", "active"] as const).map((value) => ({ value, label: t(`which.${value}`) }))} />}
            {query.data?.note && <Alert type="info" showIcon title={query.data.note} />}
          </>
        }
        empty={
          isFiltered ? (
            <EmptyState title={t("list.noneFound")} hint={t(q ? "list.noneFoundHint" : "list.noneHere")} />
          ) : (
            <EmptyState title={t("list.none")} hint={t("list.noneHint")} action={<LinkButton type="primary" to="/sources">{t("list.toSources")}</LinkButton>} />
          )
        }
      />
    </Page>
  );
}
