import { ReloadOutlined } from "@ant-design/icons";
import { Button, Flex, Progress, Segmented, Skeleton, Tabs, Tooltip, Typography } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { asJson } from "@shared/rules/check";
import type { Rule } from "@shared/rules/wire";
import { useMay } from "@shared/session";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { Ago } from "@shared/ui/time";
import { WhyBox } from "../why/why-box";
import { Impact } from "./impact";
import type { Audience } from "./model";
import type { Shown } from "./rule-people";
import { SamplePeople } from "./sample-people";
import type { Estimate, useEstimate } from "./use-estimate";
import { Waterfall } from "./waterfall";

const SLOW = 3_000; // milliseconds: from here on a sample is offered

interface Props {
  rule: Rule;
  saved: Audience | null;
  isRuleChanged: boolean;
  counting: ReturnType<typeof useEstimate>;
  /** How many places still need something. */
  open: number;
  isReady: boolean;
  isSample: boolean;
  onSample: (isSample: boolean) => void;
  onPeople: (shown: Shown) => void;
}

/** Whom the rule selects, while it is being built. */
export function LivePanel({ rule, saved, isRuleChanged, counting, open, isReady, isSample, onSample, onPeople }: Props) {
  const { t } = useTranslation("audiences");
  const maySeePeople = useMay("profiles:read");
  const [person, setPerson] = useState<string>();
  const { estimate, isCurrent, isCounting, error } = counting;
  const isSlow = error !== null || isSample || (estimate?.duration_ms ?? 0) > SLOW;

  const tabs = [
    { key: "steps", label: t("live.steps"), children: estimate && <Waterfall rule={rule} estimate={estimate} isStale={!isCurrent} fits={counting.fits} onPeople={(part, title) => onPeople({ rule: part, title })} /> },
    { key: "people", label: t("live.people"), children: estimate && <SamplePeople estimate={estimate} isStale={!isCurrent} /> },
    {
      key: "why",
      label: t("live.why"),
      children: (
        <WhyBox
          person={person}
          onPerson={setPerson}
          queryKey={["rule", rule]}
          isBlocked={!isReady}
          ask={async (profileId, reveal, signal) => {
            const { data } = await api.POST("/api/v1/audiences/why", { params: { query: { reveal } }, body: { rule: asJson(rule), profile_id: profileId }, signal });
            if (!data) throw new Error();
            return { why: data };
          }}
        />
      ),
    },
  ];

  return (
    <Panel>
      <Flex vertical gap={10}>
        <Count
          estimate={estimate}
          isCurrent={isCurrent}
          isWaiting={open > 0 || error !== null}
          state={
            open > 0 ? t("live.open", { count: open }) : isCounting ? t("live.counting") : error ? t("live.failed") : estimate && isCurrent ? <Freshness estimate={estimate} onRecount={counting.recount} /> : t("live.counting")
          }
          onPeople={() => onPeople({ rule, title: t("live.title") })}
        />
        {error && open === 0 ? <ProblemView problem={error} onRetry={counting.recount} /> : null}
        {isSlow && (
          <Flex vertical gap={4}>
            <Segmented
              block
              size="small"
              value={isSample ? "sample" : "exact"}
              aria-label={t("live.precision")}
              options={(["exact", "sample"] as const).map((each) => ({ value: each, label: t(`live.${each}`) }))}
              onChange={(value) => onSample(value === "sample")}
            />
            <Typography.Text type="secondary" style={{ fontSize: 12 }}>{t("live.sampleHint")}</Typography.Text>
          </Flex>
        )}
        {saved && isRuleChanged && isReady && <Impact audience={saved} rule={rule} onPeople={onPeople} />}
        <Tabs size="small" items={maySeePeople ? tabs : tabs.slice(0, 1)} />
      </Flex>
    </Panel>
  );
}

interface CountProps {
  estimate: Estimate | undefined;
  isCurrent: boolean;
  /** No number will come: the rule is not finished, or counting failed. */
  isWaiting: boolean;
  /** How fresh the number is, or why there is no newer one. */
  state: ReactNode;
  onPeople: () => void;
}

function Count({ estimate, isCurrent, isWaiting, state, onPeople }: CountProps) {
  const { t } = useTranslation("audiences");
  const formats = useFormats();
  const share = estimate?.people ? estimate.size / estimate.people : 0;
  const shown = estimate && (estimate.is_exact ? formats.number(estimate.size) : t("live.about", { size: formats.number(estimate.size), margin: formats.number(estimate.margin ?? 0) }));
  return (
    <div aria-live="polite" aria-atomic="true">
      <Typography.Text type="secondary">{t("live.title")}</Typography.Text>
      {estimate ? (
        <>
          <div className="audience-count" data-stale={!isCurrent || undefined}>
            <Tooltip title={t("live.showPeople")}>
              <Button type="text" onClick={onPeople} style={{ padding: 0, height: "auto", fontSize: estimate.is_exact ? 28 : 20, fontWeight: 600, lineHeight: 1.3 }} className="numeric">
                {t("live.size", { count: estimate.size, shown: shown ?? "" })}
              </Button>
            </Tooltip>
            <Progress percent={100 * share} status="normal" showInfo={false} size="small" aria-hidden style={{ display: "block", margin: "2px 0" }} />
            <Typography.Text>{t("live.share", { share: formats.percent(share), people: formats.number(estimate.people) })}</Typography.Text>
          </div>
        </>
      ) : isWaiting ? (
        <div style={{ fontSize: 28, fontWeight: 600, lineHeight: 1.3 }}>{t("live.unknown")}</div>
      ) : (
        <Skeleton active title={{ width: 120 }} paragraph={{ rows: 1 }} />
      )}
      <div style={{ fontSize: 12, minHeight: 24 }}><Typography.Text type="secondary" style={{ fontSize: 12 }}>{state}</Typography.Text></div>
    </div>
  );
}

function Freshness({ estimate, onRecount }: { estimate: Estimate; onRecount: () => void }) {
  const { t } = useTranslation("audiences");
  const formats = useFormats();
  return (
    <>
      {t(estimate.is_exact ? "live.counted" : "live.sampled", { duration: formats.duration(estimate.duration_ms) })} <Ago at={estimate.computed_at} />
      <Tooltip title={t("live.recount")}>
        <Button type="text" size="small" icon={<ReloadOutlined />} aria-label={t("live.recount")} onClick={onRecount} />
      </Tooltip>
    </>
  );
}
