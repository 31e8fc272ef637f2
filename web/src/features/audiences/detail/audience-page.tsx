import { DownOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Dropdown, Flex, Tabs, Tag, Tooltip } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useMay } from "@shared/session";
import { LinkButton } from "@shared/ui/link-button";
import { Page } from "@shared/ui/page";
import { QueryView } from "@shared/ui/query-view";
import { useAudienceActions } from "../list/actions";
import { AudiencePeople } from "../people/audience-people";
import { audienceRoute } from "../routes";
import { Computing } from "./computing";
import { CampaignButton } from "./campaign-button";
import { DefinitionButton } from "./definition-drawer";
import { OverviewTab } from "./overview-tab";
import { PeopleTab } from "./people-tab";
import { RunsTab } from "./runs-tab";
import { VersionsTab } from "./versions-tab";
import type { Audience } from "./model";
import { WhyTab } from "./why-tab";

const SOON = 3_000;

/** Something about it is going to change by itself. */
const isMoving = (audience: Audience) => !audience.is_archived && (audience.state === "computing" || (audience.members_version !== audience.version && audience.state !== "failed"));

/** One audience: who is in it, why, and what became of it. */
export function AudiencePage() {
  const { t } = useTranslation("audiences");
  const { audienceId } = audienceRoute.useParams();
  const { tab = "overview", show, run } = audienceRoute.useSearch();
  const navigate = audienceRoute.useNavigate();
  const maySeePeople = useMay("profiles:read");
  const query = hooks.useQuery(
    "get",
    "/api/v1/audiences/{audience_id}",
    { params: { path: { audience_id: audienceId } } },
    { refetchInterval: ({ state: { data } }) => (data && isMoving(data) ? SOON : false) },
  );
  const audience = query.data;

  const tabs = (found: Audience): { key: string; label: string; children: ReactNode }[] => [
    { key: "overview", label: t("tab.overview"), children: <OverviewTab audience={found} /> },
    ...(maySeePeople
      ? [
          { key: "people", label: t("tab.people"), children: <PeopleTab audience={found} /> },
          { key: "why", label: t("tab.why"), children: <WhyTab audience={found} /> },
        ]
      : []),
    { key: "versions", label: t("tab.versions"), children: <VersionsTab audience={found} /> },
    { key: "runs", label: t("tab.runs"), children: <RunsTab audience={found} /> },
  ];

  return (
    <Page
      title={audience?.name ?? t("detail.title")}
      lead={audience?.description}
      before={<Link to="/audiences">{t("title")}</Link>}
      after={
        audience && (
          <>
            <Tag variant="filled">{t(`kind.${audience.kind}`)}</Tag>
            <Tag variant="filled">{t("version", { version: audience.version })}</Tag>
          </>
        )
      }
      actions={audience && <Actions audience={audience} />}
    >
      <QueryView query={query} rows={10}>
        {(found) => (
          <Flex vertical gap={12}>
            <Computing audience={found} />
            <Tabs
              activeKey={tab}
              items={tabs(found)}
              destroyOnHidden
              onChange={(key) => void navigate({ search: { tab: key === "overview" ? undefined : (key as "people") } })}
            />
            <AudiencePeople
              audience={found}
              show={show}
              run={run}
              onClose={() => void navigate({ search: ({ show: _show, run: _run, ...now }) => now })}
            />
          </Flex>
        )}
      </QueryView>
    </Page>
  );
}

function Actions({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  const mayWrite = useMay("audiences:write");
  const mayCampaign = useMay("campaigns:write");
  const navigate = audienceRoute.useNavigate();
  const queries = useQueryClient();
  const actions = useAudienceActions();
  const params = { audienceId: audience.id };
  if (audience.is_archived)
    return mayWrite ? <Button type="primary" onClick={() => void actions.unarchive([audience])}>{t("action.unarchive")}</Button> : null;
  const refresh = async () => {
    await actions.refresh([audience]);
    await queries.invalidateQueries({ queryKey: ["newest jobs"] });
  };
  const items = [
    { key: "duplicate", label: t("action.duplicate"), onClick: () => void navigate({ to: "/audiences/new", search: { from: audience.id } }) },
    { key: "archive", label: t("action.archive"), disabled: audience.used_by.length > 0, title: audience.used_by.length > 0 ? t("action.archiveUsed") : undefined, onClick: () => void actions.archive([audience]) },
  ];
  return (
    <>
      <DefinitionButton audience={audience} />
      {mayWrite && (
        <>
          <Tooltip title={t("action.refreshHint")}>
            <Button onClick={() => void refresh()}>{t("action.refresh")}</Button>
          </Tooltip>
          <LinkButton to="/audiences/$audienceId/edit" params={params}>{t("action.edit")}</LinkButton>
          <Dropdown menu={{ items }} trigger={["click"]}>
            <Button icon={<DownOutlined />} iconPlacement="end">{t("action.moreHere")}</Button>
          </Dropdown>
        </>
      )}
      {mayCampaign && <CampaignButton audience={audience} />}
    </>
  );
}

/** Archived things say so, and how they come back. */
export function ArchivedNote() {
  const { t } = useTranslation("audiences");
  return <Alert type="warning" showIcon title={t("detail.archived")} description={t("detail.archivedHint")} />;
}
