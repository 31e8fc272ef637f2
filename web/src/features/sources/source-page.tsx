import { Link, useNavigate } from "@tanstack/react-router";
import { Alert, Flex, Skeleton, Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { FaultBoundary } from "@shared/ui/fault-boundary";
import { Page } from "@shared/ui/page";
import { ProblemView } from "@shared/ui/problem-view";
import { useNow } from "@shared/ui/time";
import { ConnectTab } from "./connect-tab";
import { type Source, stateOf, useHealth } from "./health";
import { HealthTab } from "./health-tab";
import { TABS, sourceRoute } from "./routes";
import { SettingsTab } from "./settings-tab";
import { Kind, StateTag } from "./source-signs";
import { TestTab } from "./test-tab";

export function SourcePage() {
  const { t } = useTranslation("sources");
  const { sourceId } = sourceRoute.useParams();
  const query = hooks.useQuery("get", "/api/v1/sources/{source_id}", { params: { path: { source_id: sourceId } } });
  const back = <Link to="/sources">{t("back")}</Link>;
  if (!query.data)
    return (
      <Page title={t("title")} before={back}>
        {query.error ? <ProblemView problem={query.error} onRetry={() => void query.refetch()} /> : <Skeleton active />}
      </Page>
    );
  return <Known key={sourceId} source={query.data} />;
}

function Known({ source }: { source: Source }) {
  const { t } = useTranslation("sources");
  const formats = useFormats();
  const navigate = useNavigate();
  const { tab } = sourceRoute.useSearch();
  const health = useHealth();
  const now = useNow(30_000);
  const own = health.data?.items.find((each) => each.source_id === source.id);
  // Tributary's own events come without a key, and there is nothing to set.
  const tabs = source.kind === "internal" ? (["health"] as const) : source.kind === "import" ? (["connect", "health", "settings"] as const) : TABS;
  const isShown = (each: string | undefined) => tabs.some((one) => one === each);
  const content = {
    connect: <ConnectTab source={source} />,
    test: <TestTab source={source} />,
    health: <HealthTab source={source} health={own} />,
    settings: <SettingsTab source={source} health={own} />,
  };
  return (
    <Page
      title={source.name}
      before={<Link to="/sources">{t("back")}</Link>}
      lead={
        <Flex component="span" gap={14} align="center" style={{ display: "inline-flex" }}>
          <Kind kind={source.kind} />
          <span>{t("createdAt", { at: formats.date(source.created_at) })}</span>
        </Flex>
      }
      after={own && <StateTag state={stateOf(source, own.last_received_at, now)} lastReceivedAt={own.last_received_at} />}
    >
      {!source.is_enabled && <Alert type="warning" showIcon banner title={t("disabled.banner")} style={{ marginBottom: 12 }} />}
      {source.previous_key_valid_until && new Date(source.previous_key_valid_until).getTime() > now && (
        <Alert
          type="info"
          showIcon
          title={t("rotate.banner", { at: formats.dateTime(source.previous_key_valid_until), relative: formats.relative(source.previous_key_valid_until) })}
          style={{ marginBottom: 12 }}
        />
      )}
      <Tabs
        activeKey={isShown(tab) ? tab : tabs[0]}
        onChange={(key) => void navigate({ to: "/sources/$sourceId", params: { sourceId: source.id }, search: { tab: TABS.find((each) => each === key) } })}
        items={tabs.map((each) => ({ key: each, label: t(`tab.${each}`), destroyOnHidden: each !== "settings", children: <FaultBoundary>{content[each]}</FaultBoundary> }))}
      />
    </Page>
  );
}
