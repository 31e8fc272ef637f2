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

const SOON = 3_000;
const SORTS: Record<string, "name" | "size" | "refreshed"> = { name: "name", size: "size", state: "refreshed" };

/** The audiences of the workspace. */
export function AudiencesPage() {
  const { t } = useTranslation("audiences");
  const search = audiencesRoute.useSearch();
  const navigate = audiencesRoute.useNavigate();
  const mayWrite = useMay("audiences:write");
  const columns = useAudienceColumns({ sort: search.sort, onPeople: (id) => void navigate({ search: (now) => ({ ...now, people: id }) }) });
  const { q, archived, state, sort, cursor } = search;
  const filter = { search: q ?? "", archived: archived ?? false, state, sort };
  const query = hooks.useQuery(
    "get",
    "/api/v1/audiences",
    { params: { query: { ...filter, cursor, limit: 50 } } },
    // What is computed now will be done soon.
    { refetchInterval: (query) => (query.state.data?.items.some((row) => row.state === "computing" || row.state === "new") ? SOON : false) },
  );
  const isFiltered = Boolean(q ?? archived ?? state);
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
        onSort={(column, order) => void navigate({ search: (now) => ({ ...now, sort: order ? SORTS[column] : undefined, cursor: undefined }) })}
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
              value={state ?? null}
              placeholder={t("list.anyState")}
              aria-label={t("column.state")}
              style={{ minWidth: 140 }}
              popupMatchSelectWidth={false}
              options={(["ready", "computing", "failed", "new"] as const).map((each) => ({ value: each, label: t(`state.${each}`) }))}
              onChange={(next) => void navigate({ search: (now) => ({ ...now, state: next ?? undefined, cursor: undefined }) })}
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
