import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { Skeleton } from "antd";
import type { Tag } from "../model/definition";
import { tagRoute } from "../routes";
import { InWords } from "../spread/in-words";
import { NumberFacts } from "../spread/number-facts";
import { UserList } from "../spread/used-by";
import { ValueBars } from "../spread/value-bars";
import { CoverageTrend } from "./coverage-trend";
import { Freshness } from "./freshness";
import { SlicePeople } from "./slice-people";
import { useTagSlices } from "./use-tag-slices";

/** How the values spread, how fresh they are, how they come about, and what builds on them. */
export function OverviewTab({ tag }: { tag: Tag }) {
  const { t } = useTranslation("tags");
  const formats = useFormats();
  const { slice } = tagRoute.useSearch();
  const navigate = tagRoute.useNavigate();
  const maySeePeople = useMay("profiles:read");
  const { people, slices, error, retry, isCounting } = useTagSlices(tag);
  const open = (key: string | undefined) => void navigate({ search: (before) => ({ ...before, slice: key }) });
  const spread = tag.distribution;
  const share = people && tag.coverage !== null ? tag.coverage / people : 0;
  return (
    <div className="tag-overview">
      <Flex vertical gap={12} style={{ minWidth: 0 }}>
        <Panel title={t("spread.title")} extra={spread && <Typography.Text type="secondary">{t("spread.distinct", { count: spread.distinct, shown: formats.number(spread.distinct) })}</Typography.Text>}>
          {!spread ? (
            <EmptyState title={t("detail.noValues")} hint={tag.last_run?.state === "failed" ? t("detail.noValuesFailed") : t("detail.noValuesHint")} />
          ) : (
            <Flex vertical gap={12}>
              {spread.deciles && <NumberFacts spread={spread} />}
              {slices ? <ValueBars slices={slices} people={people} label={t("spread.title")} isStale={isCounting} onOpen={maySeePeople && !tag.is_archived ? (each) => open(each.key) : undefined} />
              : error ? <ProblemView problem={error} onRetry={retry} />
              : <Skeleton active title={false} paragraph={{ rows: 6 }} />}
              {maySeePeople && !tag.is_archived && <Typography.Text type="secondary" style={{ fontSize: 12 }}>{t("spread.openHint")}</Typography.Text>}
            </Flex>
          )}
        </Panel>
        <CoverageTrend tag={tag} />
      </Flex>
      <Flex vertical gap={12} style={{ minWidth: 0 }}>
        <Panel title={t("detail.coverage")}>
          <Flex vertical gap={10}>
            {tag.coverage !== null && (
              <div>
                <div className="numeric" style={{ fontSize: 26, fontWeight: 600, lineHeight: 1.3 }}>{t("live.people", { count: tag.coverage, shown: formats.number(tag.coverage) })}</div>
                <Typography.Text>{t("live.share", { share: formats.percent(share), people: formats.number(people) })}</Typography.Text>
              </div>
            )}
            <Freshness tag={tag} />
          </Flex>
        </Panel>
        <Panel title={t("detail.how")} extra={!tag.is_archived && <LinkButton to="/tags/$tagId/edit" params={{ tagId: tag.id }} type="link" size="small">{t("detail.open")}</LinkButton>}>
          <Flex vertical gap={8}>
            <InWords sentence={tag.sentence} levels={tag.levels} />
            <Typography.Text type="secondary" style={{ fontSize: 12 }}>{t(tag.kind === "rule" ? "detail.firstMatch" : "detail.perPerson")} {t(`nullPolicyHint.${tag.null_policy}`)}</Typography.Text>
          </Flex>
        </Panel>
        <Panel title={t("usedBy.title")}>
          {tag.used_by.length ? <UserList users={tag.used_by} /> : <Typography.Text type="secondary">{t("usedBy.noneHint")}</Typography.Text>}
        </Panel>
      </Flex>
      <SlicePeople tag={tag} slice={slices?.find((each) => each.key === slice) ?? null} onClose={() => open(undefined)} />
    </div>
  );
}
