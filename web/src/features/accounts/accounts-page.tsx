import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { api, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useAccountKind } from "@shared/names/accounts";
import { useMay } from "@shared/session";
import { ApiButton } from "@shared/ui/api-button";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";
import { ListTable } from "@shared/ui/list-table";
import { Page } from "@shared/ui/page";
import { SearchField } from "@shared/ui/search-field";
import { type Account, useAccountColumns } from "./account-columns";
import { PeopleBehind } from "./people-behind";
import { NoAccounts } from "./no-accounts";
import { accountsRoute } from "./routes";

/** The companies, households and other accounts that people belong to. */
export function AccountsPage() {
  const { t } = useTranslation("accounts");
  const formats = useFormats();
  const kindName = useAccountKind();
  const { q, kind, cursor, people } = accountsRoute.useSearch();
  const navigate = accountsRoute.useNavigate();
  const mayFindByName = useMay("profiles:reveal"); // a name may be that of a person
  const filters = { search: q, kind };
  const query = hooks.useQuery("get", "/api/v1/accounts", { params: { query: { ...filters, cursor, limit: 50 } } });
  const kinds = hooks.useQuery("get", "/api/v1/accounts/kinds");
  const columns = useAccountColumns((id) => void navigate({ search: (now) => ({ ...now, people: id }) }));
  const wish = new URLSearchParams(Object.entries(filters).flatMap(([name, value]) => (value ? [[name, value]] : []))).toString();
  return (
    <Page title={t("title")} lead={t("lead")} actions={<ApiButton method="GET" path={wish ? `/accounts?${wish}` : "/accounts"} />}>
      <ListTable<Account>
        name="accounts"
        query={query}
        rowKey="id"
        columns={columns}
        cursor={cursor}
        onCursor={(next) => void navigate({ search: (now) => ({ ...now, cursor: next }) })}
        loadPage={async (next) => (await api.GET("/api/v1/accounts", { params: { query: { ...filters, cursor: next, limit: 200 } } })).data ?? { items: [] }}
        filters={
          <>
            <SearchField value={q} width={300} placeholder={t(mayFindByName ? "list.search" : "list.searchId")} onChange={(next) => void navigate({ search: { kind, q: next }, replace: true })} />
            <Select
              allowClear
              value={kind ?? null}
              placeholder={t("list.anyKind")}
              aria-label={t("column.kind")}
              style={{ minWidth: 160 }}
              popupMatchSelectWidth={false}
              options={kinds.data?.items.map((each) => ({ value: each.kind, label: t("list.kind", { kind: kindName(each.kind), number: formats.number(each.count) }) })) ?? []}
              onChange={(next) => void navigate({ search: { q, kind: next ?? undefined } })}
            />
          </>
        }
        empty={
          q || kind ? (
            <EmptyState title={t("list.noneFound")} hint={t(mayFindByName ? "list.noneFoundHint" : "list.noneFoundById")} action={<LinkButton to="/accounts">{t("list.all")}</LinkButton>} />
          ) : (
            <NoAccounts />
          )
        }
      />
      <PeopleBehind
        id={people}
        account={query.data?.items.find((each) => each.id === people)}
        onClose={() => void navigate({ search: ({ people: _people, ...now }) => now })}
      />
    </Page>
  );
}
