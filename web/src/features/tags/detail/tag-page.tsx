import { EditOutlined, TeamOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Flex, Tabs, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { asJson } from "@shared/rules/check";
import { useMay } from "@shared/session";
import { ApiButton } from "@shared/ui/api-button";
import { LinkButton } from "@shared/ui/link-button";
import { Page } from "@shared/ui/page";
import { QueryView } from "@shared/ui/query-view";
import { TagMenu } from "../list/tag-menu";
import { useTagActions } from "../list/use-tag-actions";
import type { Tag } from "../model/definition";
import { selectTagged } from "../model/selection";
import { tagRoute } from "../routes";
import { KindSign } from "../spread/kind";
import { OverviewTab } from "./overview-tab";
import { PeopleTab } from "./people-tab";
import { RunsTab } from "./runs-tab";
import { VersionsTab } from "./versions-tab";

const BUSY = 2_000; // milliseconds between looks while it is computed

/** One tag. */
export function TagPage() {
  const { t } = useTranslation("tags");
  const { tagId } = tagRoute.useParams();
  const query = hooks.useQuery(
    "get",
    "/api/v1/tags/{tag_id}",
    { params: { path: { tag_id: tagId } } },
    { refetchInterval: ({ state }) => (state.data && (state.data.state === "computing" || state.data.state === "new") ? BUSY : 30_000) },
  );
  const tag = query.data;
  return (
    <Page
      title={tag?.name ?? t("title")}
      lead={tag?.description}
      before={<Link to="/tags">{t("detail.back")}</Link>}
      after={tag && <KindSign kind={tag.kind} />}
      actions={tag && <Actions tag={tag} />}
    >
      <QueryView query={query} rows={10}>{(found) => <Content tag={found} />}</QueryView>
    </Page>
  );
}

function Actions({ tag }: { tag: Tag }) {
  const { t } = useTranslation("tags");
  const mayWrite = useMay("tags:write");
  const mayBuild = useMay("audiences:write");
  const actions = useTagActions();
  const first = tag.levels?.[0]?.value;
  const rule = first === undefined ? selectTagged(tag.id)({ kind: "rest", but: [] }) : selectTagged(tag.id)({ kind: "value", value: first });
  return (
    <>
      <ApiButton method="GET" path={`/tags/${tag.id}`} />
      <Tooltip title={mayBuild ? t("detail.audienceHint") : t("detail.mayNotBuild")}>
        <LinkButton to="/audiences/new" search={{ rule: rule ? asJson(rule) : undefined }} icon={<TeamOutlined aria-hidden />} disabled={!mayBuild || tag.is_archived}>{t("detail.audience")}</LinkButton>
      </Tooltip>
      <TagMenu tag={tag} actions={actions} hasEdit={false} />
      <Tooltip title={mayWrite ? undefined : t("list.mayNot")}>
        <LinkButton to="/tags/$tagId/edit" params={{ tagId: tag.id }} type="primary" icon={<EditOutlined aria-hidden />} disabled={!mayWrite || tag.is_archived}>{t("action.edit")}</LinkButton>
      </Tooltip>
    </>
  );
}

function Content({ tag }: { tag: Tag }) {
  const { t } = useTranslation("tags");
  const { tab = "overview" } = tagRoute.useSearch();
  const navigate = tagRoute.useNavigate();
  const maySeePeople = useMay("profiles:read");
  const mayWrite = useMay("tags:write");
  const actions = useTagActions();
  return (
    <Flex vertical gap={12}>
      {tag.is_archived && (
        <Alert type="info" showIcon title={t("detail.archived")} description={t("detail.archivedHint")} action={mayWrite && <Button size="small" onClick={() => void actions.restore([tag])}>{t("action.restore")}</Button>} />
      )}
      <Tabs
        activeKey={tab}
        destroyOnHidden
        onChange={(next) => void navigate({ search: { tab: next === "overview" ? undefined : (next as "people") } })}
        items={[
          { key: "overview", label: t("tab.overview"), children: <OverviewTab tag={tag} /> },
          ...(maySeePeople ? [{ key: "people", label: t("tab.people"), children: <PeopleTab tag={tag} /> }] : []),
          { key: "versions", label: t("tab.versions"), children: <VersionsTab tag={tag} /> },
          { key: "runs", label: t("tab.runs"), children: <RunsTab tag={tag} /> },
        ]}
      />
    </Flex>
  );
}
