import { PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox, Segmented, Select, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { ApiButton } from "@shared/ui/api-button";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";
import { ListTable } from "@shared/ui/list-table";
import { Page } from "@shared/ui/page";
import { SearchField } from "@shared/ui/search-field";
import { useMay } from "@shared/session";
import type { Kind } from "../model/definition";
import { tagsRoute } from "../routes";
import { TagMenu } from "./tag-menu";
import { useTagActions } from "./use-tag-actions";
import { useTagColumns } from "./use-tag-columns";
import { type Listed, ORDERS, useTagList } from "./use-tag-list";

/** All tags: what they are, how many people they cover, and how fresh that is. */
export function TagsPage() {
  const { t } = useTranslation("tags");
  const search = tagsRoute.useSearch();
  const navigate = tagsRoute.useNavigate();
  const mayWrite = useMay("tags:write");
  const { query, loadPage } = useTagList(search);
  const actions = useTagActions();
  const columns = useTagColumns((tag) => <TagMenu tag={tag} actions={actions} />);
  const filter = (part: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...part, cursor: undefined }), replace: true });
  const isFiltered = Boolean(search.q || search.kind || search.failed);

  const create = (
    <Tooltip title={mayWrite ? undefined : t("list.mayNot")}>
      <LinkButton to="/tags/new" type="primary" icon={<PlusOutlined aria-hidden />} disabled={!mayWrite}>{t("list.new")}</LinkButton>
    </Tooltip>
  );
  const empty = isFiltered ? (
    <EmptyState title={t("list.notFound")} hint={t("list.notFoundHint")} action={<Button onClick={() => filter({ q: undefined, kind: undefined, failed: undefined })}>{t("list.clear")}</Button>} />
  ) : search.archived ? (
    <EmptyState title={t("list.noneArchived")} hint={t("list.noneArchivedHint")} />
  ) : (
    <EmptyState title={t("list.none")} hint={t("list.noneHint")} action={create} />
  );
  return (
    <Page title={t("title")} lead={t("list.lead")} actions={<><ApiButton method="GET" path="/tags" />{create}</>}>
      <ListTable<Listed>
        name="tags"
        query={query}
        columns={columns}
        rowKey="id"
        cursor={search.cursor}
        onCursor={(cursor) => void navigate({ search: (before) => ({ ...before, cursor }) })}
        loadPage={loadPage}
        empty={empty}
        filters={
          <>
            <SearchField value={search.q} placeholder={t("list.search")} onChange={(q) => filter({ q })} />
            <Segmented
              value={search.archived ? "archived" : "live"}
              aria-label={t("list.shown")}
              options={(["live", "archived"] as const).map((value) => ({ value, label: t(`list.${value}`) }))}
              onChange={(value) => filter({ archived: value === "archived" ? true : undefined })}
            />
            <Select
              value={search.kind ?? "all"}
              aria-label={t("list.kind")}
              style={{ minWidth: 120 }}
              options={(["all", "rule", "statistic"] as const).map((value) => ({ value, label: value === "all" ? t("list.allKinds") : t(`kind.${value}`) }))}
              onChange={(value: "all" | Kind) => filter({ kind: value === "all" ? undefined : value })}
            />
            <Select
              value={search.sort ?? "newest"}
              aria-label={t("list.order")}
              style={{ minWidth: 130 }}
              options={ORDERS.map((value) => ({ value, label: t(`list.orders.${value}`) }))}
              onChange={(value: (typeof ORDERS)[number]) => filter({ sort: value === "newest" ? undefined : value })}
            />
            <Checkbox checked={search.failed ?? false} onChange={(event) => filter({ failed: event.target.checked || undefined })}>{t("list.failed")}</Checkbox>
          </>
        }
        {...(mayWrite && {
          bulk: (selected, clear) =>
            search.archived ? (
              <Button size="small" onClick={() => void actions.restore(selected).then(clear)}>{t("action.restore")}</Button>
            ) : (
              <>
                <Button size="small" onClick={() => void actions.recompute(selected).then(clear)}>{t("action.recompute")}</Button>
                <Button size="small" onClick={() => void actions.archive(selected).then(clear)}>{t("action.archive")}</Button>
              </>
            ),
        })}
      />
      {!query.data?.items.length ? null : <Typography.Paragraph type="secondary" style={{ marginTop: 8, fontSize: 12 }}>{t("list.coverageHint")}</Typography.Paragraph>}
    </Page>
  );
}
