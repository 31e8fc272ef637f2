import { Flex, Skeleton, Tabs } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { ApiButton } from "@shared/ui/api-button";
import { FaultBoundary } from "@shared/ui/fault-boundary";
import { ProblemView } from "@shared/ui/problem-view";
import { Frame } from "../frame";
import { REVIEW_TABS, reviewRoute } from "../routes";
import { MatchingSettings } from "./matching-settings";
import { Pairs } from "./pairs";
import { RunPanel } from "./run-panel";

/** How matching is set, and how it stands. */
export const useMatching = () => hooks.useQuery("get", "/api/v1/identity/matching");

/** People who may be one though they share no identifier: looked at pair by pair. */
export function ReviewPage() {
  const { t } = useTranslation("identity");
  const { tab = "pairs", status } = reviewRoute.useSearch();
  const navigate = reviewRoute.useNavigate();
  const matching = useMatching();
  const { data } = matching;
  return (
    <Frame at="review" actions={<ApiButton method="GET" path="/identity/matching/pairs" />}>
      {!data ? (
        matching.error ? <ProblemView problem={matching.error} onRetry={() => void matching.refetch()} /> : <Skeleton active />
      ) : (
        <Tabs
          activeKey={tab}
          destroyOnHidden
          onChange={(key) => void navigate({ search: (now) => ({ ...now, tab: REVIEW_TABS.find((each) => each === key && each !== "pairs") }) })}
          items={[
            { key: "pairs", label: t("review.tab.pairs"), children: <FaultBoundary><Pairs key={status} matching={data} /></FaultBoundary> },
            {
              key: "settings", label: t("review.tab.settings"),
              children: <FaultBoundary><Flex vertical gap={12}><RunPanel matching={data} /><MatchingSettings key={data.updated_at} matching={data} /></Flex></FaultBoundary>,
            },
          ]}
        />
      )}
    </Frame>
  );
}
