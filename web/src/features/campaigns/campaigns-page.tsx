import { InboxOutlined, PlusOutlined } from "@ant-design/icons";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Segmented, Select, Tooltip } from "antd";
import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { api, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { ApiButton } from "@shared/ui/api-button";
import { EmptyState } from "@shared/ui/empty-state";
import { ListTable } from "@shared/ui/list-table";
import { Page } from "@shared/ui/page";
import { SearchField } from "@shared/ui/search-field";
import { possible, useCampaignActions } from "./actions";
import { columnsOf } from "./list/columns";
import { STATES, type State } from "./state";

const MOVING: readonly State[] = ["checking", "sending", "scheduled"];

/** All campaigns. */
export function CampaignsPage() {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const navigate = useNavigate({ from: "/campaigns" });
  const actions = useCampaignActions();
  const mayWrite = useMay("campaigns:write");
  const { q, state, archived, cursor } = useSearch({ from: "/shell/campaigns" });
  const filter = useCallback(
    (next: { q?: string | undefined; state?: State | undefined; archived?: boolean | undefined }) =>
      void navigate({ search: (now) => ({ ...now, ...next, cursor: undefined }), replace: true }),
    [navigate],
  );
  const search = useCallback((text: string | undefined) => filter({ q: text }), [filter]);

  const wanted = { search: q ?? "", state: state ? [state] : null, archived: archived ?? false };
  const query = hooks.useQuery(
    "get",
    "/api/v1/campaigns",
    { params: { query: { ...wanted, cursor: cursor ?? null } } },
    {
      placeholderData: (last) => last,
      refetchInterval: (each) => (each.state.data?.items.some((row) => MOVING.includes(row.state)) ? 5_000 : false),
    },
  );
  const columns = useMemo(() => columnsOf(t, formats), [t, formats]);
  const isFiltered = Boolean(q || state);
  const create = (
    <Tooltip title={mayWrite ? undefined : t("may.write")}>
      <Link to="/campaigns/new" search={{}} disabled={!mayWrite} preload={false} tabIndex={-1}>
        <Button type="primary" icon={<PlusOutlined />} disabled={!mayWrite}>{t("new.title")}</Button>
      </Link>
    </Tooltip>
  );
  const empty = isFiltered
    ? <EmptyState title={t("list.noneFound")} hint={t("list.noneFoundHint")} action={<Button onClick={() => filter({ q: undefined, state: undefined })}>{t("list.showAll")}</Button>} />
    : archived
      ? <EmptyState title={t("list.noneArchived")} hint={t("list.noneArchivedHint")} />
      : <EmptyState title={t("list.none")} hint={t("list.noneHint")} action={create} />;

  return (
    <Page title={t("title")} lead={t("list.lead")} actions={<><ApiButton method="GET" path="/campaigns" />{create}</>}>
      <ListTable
        name="campaigns"
        query={query}
        columns={columns}
        rowKey="id"
        empty={empty}
        bulk={
          mayWrite && !archived
            ? (rows, clear) => (
                <Button
                  icon={<InboxOutlined />}
                  disabled={!rows.some((row) => possible(row).archive)}
                  onClick={() => {
                    void actions.archiveAll(rows);
                    clear();
                  }}
                >
                  {t("action.archive")}
                </Button>
              )
            : undefined
        }
        cursor={cursor}
        onCursor={(next) => void navigate({ search: (now) => ({ ...now, cursor: next }) })}
        loadPage={async (from) => {
          const { data } = await api.GET("/api/v1/campaigns", { params: { query: { ...wanted, cursor: from ?? null, limit: 200 } } });
          return data ?? { items: [] };
        }}
        filters={
          <>
            <SearchField value={q} onChange={search} placeholder={t("list.search")} />
            <Select
              allowClear
              value={state}
              placeholder={t("list.anyState")}
              aria-label={t("list.state")}
              style={{ width: 150 }}
              options={STATES.map((each) => ({ value: each, label: t(`state.${each}`) }))}
              onChange={(next?: State) => filter({ state: next })}
            />
            <Segmented
              value={archived ? "archived" : "current"}
              options={[{ value: "current", label: t("list.current") }, { value: "archived", label: t("list.archived") }]}
              onChange={(next) => filter({ archived: next === "archived" || undefined })}
            />
          </>
        }
      />
    </Page>
  );
}
