import { Skeleton, Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { ApiButton } from "@shared/ui/api-button";
import { FaultBoundary } from "@shared/ui/fault-boundary";
import { ProblemView } from "@shared/ui/problem-view";
import { UnsavedGuard } from "@shared/ui/unsaved-guard";
import { Frame } from "../frame";
import { ImpactTab } from "../impact/impact-tab";
import { TABS, identityRoute } from "../routes";
import { RulesTab } from "./rules-tab";
import { SaveBar } from "./save-bar";
import { useWork } from "./use-work";
import { VersionsTab } from "./versions-tab";
import { YamlButton } from "./yaml-drawer";

/** What names a person and what links, tried before it is put in force. */
export function IdentityPage() {
  const { t } = useTranslation("identity");
  const { tab = "rules" } = identityRoute.useSearch();
  const navigate = identityRoute.useNavigate();
  const work = useWork();
  const problem = work.versions.error ?? work.base.error ?? work.builtIn.error;
  const isReady = work.place && work.rules && work.builtIn.data;
  const again = () => void Promise.all([work.versions.refetch(), work.base.refetch(), work.builtIn.refetch()]);
  const content = {
    rules: <RulesTab work={work} />,
    impact: <ImpactTab work={work} />,
    versions: <VersionsTab work={work} />,
  };
  return (
    <Frame
      at="rules"
      actions={
        <>
          <ApiButton method="GET" path="/identity/rules" />
          {isReady && <YamlButton work={work} />}
        </>
      }
    >
      <UnsavedGuard isDirty={work.isDirty} />
      {problem && !isReady ? (
        <ProblemView problem={problem} onRetry={again} />
      ) : !isReady ? (
        <Skeleton active paragraph={{ rows: 10 }} />
      ) : (
        <>
          <Tabs
            activeKey={tab}
            destroyOnHidden
            onChange={(key) => void navigate({ search: (now) => ({ ...now, tab: TABS.find((each) => each === key && each !== "rules") }) })}
            items={TABS.map((key) => ({ key, label: t(`tab.${key}`), children: <FaultBoundary>{key === tab && content[key]}</FaultBoundary> }))}
          />
          <SaveBar work={work} />
        </>
      )}
    </Frame>
  );
}
