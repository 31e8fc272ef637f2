import { PlusOutlined } from "@ant-design/icons";
import { Button, Flex, Segmented, Select, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { api, hooks } from "@shared/api/client";
import { useMay } from "@shared/session";
import { ApiButton } from "@shared/ui/api-button";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";
import { ListTable } from "@shared/ui/list-table";
import { Page } from "@shared/ui/page";
import { SearchField } from "@shared/ui/search-field";
import { AudiencePeople } from "../people/audience-people";
import { audiencesRoute } from "../routes";
import { BulkActions } from "./actions";
import { useAudienceColumns } from "./columns";

/** The audiences of the workspace. */
export function AudiencesPage() {
  const { t } = useTranslation("audiences");
  const search = audiencesRoute.useSearch();
  const navigate = audiencesRoute.useNavigate();
  const mayWrite = useMay("audiences:write");
  const columns = useAudienceColumns({ onPeople: (id) => void navigate({ search: (now) => ({ ...now, people: id }) }) });
  const { q, archived, cursor } = search;
  const filter = { search: q ?? "", archived: archived ?? false };
  const query = hooks.useQuery("get", "/api/v1/audiences", { params: { query: { ...filter, cursor, limit: 50 } } });
  const isFiltered = Boolean(q ?? archived ?? search.kind ?? search.failed);
  const shown = query.data?.items.find((each) => each.id === search.people);
  const creating = (
    <Tooltip title={mayWrite ? undefined : t("list.forbidden")}>
      {mayWrite ? (
        <LinkButton to="/audiences/new" type="primary" icon={<PlusOutlined />}>{t("list.new")}</LinkButton>
      ) : (
        <Button type="primary" icon={<PlusOutlined />} disabled>{t("list.new")}</Button>
      )}
    </Tooltip>
  );
  return (
    <Page title={t("title")} lead={t("lead")} actions={<><ApiButton method="GET" path="/audiences" />{creating}</>}>
      <ListTable
        name="audiences"
        query={query}
        columns={columns}
        rowKey="id"
        cursor={cursor}
        onCursor={(next) => void navigate({ search: (now) => ({ ...now, cursor: next }) })}
        loadPage={async (next) => (await api.GET("/api/v1/audiences", { params: { query: { ...filter, cursor: next, limit: 200 } } })).data ?? { items: [] }}
        bulk={mayWrite ? (rows, clear) => <BulkActions rows={rows} isArchived={archived ?? false} onDone={clear} /> : undefined}
        filters={
          <Flex gap={8} wrap>
            <SearchField value={q} placeholder={t("list.search")} onChange={(text) => void navigate({ search: (now) => ({ ...now, q: text, cursor: undefined }) })} />
            <Segmented
              value={archived ? "archived" : "live"}
              aria-label={t("list.which")}
              options={(["live", "archived"] as const).map((each) => ({ value: each, label: t(`list.${each}`) }))}
              onChange={(value) => void navigate({ search: (now) => ({ ...now, archived: value === "archived" ? true : undefined, cursor: undefined }) })}
            />
            <Select
              allowClear
              value={search.kind ?? null}
              placeholder={t("list.anyKind")}
              aria-label={t("field.kind")}
              style={{ minWidth: 130 }}
              options={(["dynamic", "snapshot"] as const).map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
              onChange={(kind) => void navigate({ search: (now) => ({ ...now, kind: kind ?? undefined, cursor: undefined }) })}
            />
          </Flex>
        }
        empty={
          isFiltered ? (
            <EmptyState title={t(archived && !q ? "list.noneArchived" : "list.noneFound")} action={<LinkButton to="/audiences">{t("list.showAll")}</LinkButton>} />
          ) : (
            <EmptyState title={t("list.none")} hint={t("list.noneHint")} action={creating} />
          )
        }
      />
      <AudiencePeople
        audience={shown ?? null}
        show={shown ? "members" : undefined}
        onClose={() => void navigate({ search: ({ people: _people, ...now }) => now })}
      />
    </Page>
  );
}
