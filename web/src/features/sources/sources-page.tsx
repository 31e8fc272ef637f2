import { FileTextOutlined, PlusOutlined } from "@ant-design/icons";
import { Link, useNavigate } from "@tanstack/react-router";
import { Button, Flex, Tooltip, Typography } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useMay } from "@shared/session";
import { ApiButton } from "@shared/ui/api-button";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";
import { ListTable } from "@shared/ui/list-table";
import { Page } from "@shared/ui/page";
import { SearchField } from "@shared/ui/search-field";
import { useHealth } from "./health";
import { NoSources } from "./no-sources";
import { sourcesRoute } from "./routes";
import { SourceCreate } from "./source-create";
import { useSourceColumns } from "./source-columns";

export function SourcesPage() {
  const { t } = useTranslation("sources");
  const { q, create } = sourcesRoute.useSearch();
  const navigate = useNavigate();
  const mayWrite = useMay("sources:write");
  const mayImport = useMay("import:write");
  const query = hooks.useQuery("get", "/api/v1/sources");
  const health = useHealth();
  const columns = useSourceColumns(health);
  const found = useMemo(() => {
    const wanted = q?.toLowerCase();
    return query.data && { items: query.data.items.filter((each) => !wanted || `${each.name} ${t(`kind.${each.kind}.name`)}`.toLowerCase().includes(wanted)) };
  }, [query.data, q, t]);
  const own = query.data?.items.filter((each) => each.kind !== "internal") ?? [];

  const open = () => void navigate({ to: "/sources", search: { q, create: true } });
  const close = () => void navigate({ to: "/sources", search: { q } });
  const creating = (
    <Tooltip title={mayWrite ? undefined : t("create.forbidden")}>
      <Button type="primary" icon={<PlusOutlined />} disabled={!mayWrite} onClick={open}>{t("create.action")}</Button>
    </Tooltip>
  );

  return (
    <Page
      title={t("title")}
      lead={t("lead")}
      actions={
        <>
          <ApiButton method="GET" path="/sources/health" />
          {mayImport && <LinkButton to="/sources/imports" icon={<FileTextOutlined />}>{t("imports.title")}</LinkButton>}
          {creating}
        </>
      }
    >
      {query.data && own.length === 0 ? (
        <NoSources create={creating} />
      ) : (
        <ListTable
          name="sources"
          query={{ ...query, data: found }}
          columns={columns}
          rowKey="id"
          filters={
            <Flex gap={12} align="center" wrap>
              <SearchField value={q} placeholder={t("search")} onChange={(text) => void navigate({ to: "/sources", search: { q: text } })} />
              {health.error ? <Typography.Text type="warning" role="alert">{t("healthFailed")}</Typography.Text> : null}
            </Flex>
          }
          empty={<EmptyState title={t("noneFound")} action={<Link to="/sources">{t("clearSearch")}</Link>} />}
        />
      )}
      <SourceCreate open={create === true && mayWrite} onClose={close} />
    </Page>
  );
}
