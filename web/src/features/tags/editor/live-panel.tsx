import { ReloadOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Button, Flex, Progress, Skeleton, Tabs, Tooltip, Typography } from "antd";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { asJson } from "@shared/rules/check";
import type { Rule } from "@shared/rules/wire";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { QueryView } from "@shared/ui/query-view";
import { type Content, mistakeOf, wireValue } from "../model/definition";
import { selectCovered, selectDefined } from "../model/selection";
import type { Slice } from "../model/slices";
import { NumberFacts } from "../spread/number-facts";
import { PersonLink } from "@shared/people/person-link";
import { nameOf, noteOf } from "@shared/people/person-words";
import { useSlices } from "../spread/use-slices";
import { useSliceWords } from "../spread/use-slice-words";
import { ValueBars } from "../spread/value-bars";
import type { usePreview } from "./use-preview";

interface Props {
  content: Content;
  previewing: ReturnType<typeof usePreview>;
  /** How many places still need something. */
  open: number;
  isReady: boolean;
  onPeople: (rule: Rule, title: string) => void;
}

/** How the values would spread, while the tag is being built. */
export function LivePanel({ content, previewing, open, isReady, onPeople }: Props) {
  const { t } = useTranslation("tags");
  const formats = useFormats();
  const words = useSliceWords();
  const maySeePeople = useMay("profiles:read");
  const { preview, isCurrent, isCounting, problem, mistake } = previewing;
  // The bars are those of the definition that was asked about, which may be an older one.
  const shownFor = useMemo(() => (isCurrent ? content : null), [isCurrent, content]);
  const order = useMemo(() => orderOf(content), [content]);
  const select = useMemo(() => selectDefined(content), [content]);
  const spread = preview ?? null;
  const slicing = useSlices({ spread: isCurrent ? spread : null, people: preview?.people ?? 0, order, select, state: ["preview", preview?.asked] });
  // What was shown last stays until there is something newer.
  const [kept, setKept] = useState<Slice[] | null>(null);
  if (slicing.slices && slicing.slices !== kept) setKept(slicing.slices);
  const share = preview?.people ? preview.coverage / preview.people : 0;
  const covered = useMemo(() => (shownFor ? selectCovered(shownFor) : null), [shownFor]);

  const state =
    open > 0 ? t("live.open", { count: open })
    : !isReady ? t("live.unfinished")
    : isCounting ? t("live.counting")
    : mistake ? t("live.unfinished")
    : problem ? t("live.failed")
    : (
        <>
          {t("live.current", { duration: formats.duration(preview?.duration_ms ?? 0) })}{" "}
          <Tooltip title={t("live.recount")}><Button type="text" size="small" icon={<ReloadOutlined aria-hidden />} aria-label={t("live.recount")} onClick={previewing.retry} /></Tooltip>
        </>
      );

  const distribution = (
    <Flex vertical gap={12}>
      {kept ? (
        <ValueBars
          slices={kept}
          people={preview?.people ?? 0}
          label={t("spread.title")}
          isStale={!isCurrent || slicing.isCounting}
          onOpen={maySeePeople && isCurrent ? (slice) => {
            const rule = select(slice.part);
            if (rule) onPeople(rule, words(slice.part));
          } : undefined}
        />
      ) : slicing.error ? <ProblemView problem={slicing.error} onRetry={slicing.retry} />
      : (isCounting || slicing.isCounting) && <Skeleton active title={false} paragraph={{ rows: 5 }} />}
      {preview && <NumberFacts spread={preview} />}
    </Flex>
  );
  return (
    <Panel>
      <Flex vertical gap={8}>
        <div aria-live="polite" aria-atomic="true">
          <Typography.Text type="secondary">{t("live.title")}</Typography.Text>
          {preview ? (
            <div style={{ opacity: isCurrent ? 1 : 0.5 }}>
              <span className="numeric" style={{ display: "block", fontSize: 26, fontWeight: 600, lineHeight: 1.3 }}>{t("live.people", { count: preview.coverage, shown: formats.number(preview.coverage) })}</span>
              <Progress percent={100 * share} showInfo={false} size="small" aria-hidden style={{ display: "block", margin: "2px 0" }} />
              <Typography.Text>{t("live.share", { share: formats.percent(share), people: formats.number(preview.people) })}</Typography.Text>
            </div>
          ) : (
            <Typography.Paragraph type="secondary" style={{ margin: "8px 0" }}>{t("live.begin")}</Typography.Paragraph>
          )}
          <div style={{ fontSize: 12, minHeight: 24 }}><Typography.Text type="secondary" style={{ fontSize: 12 }}>{state}</Typography.Text></div>
        </div>
        {problem && !mistake ? <ProblemView problem={problem} onRetry={previewing.retry} /> : null}
        {preview && preview.coverage === 0 && isCurrent && <EmptyState title={t("live.nobody")} hint={t("live.nobodyHint")} />}
        {preview && (
          <Tabs
            size="small"
            items={[
              { key: "spread", label: t("live.spread"), children: distribution },
              ...(maySeePeople && covered ? [{ key: "people", label: t("live.examples"), children: <Examples rule={covered} /> }] : []),
            ]}
          />
        )}
      </Flex>
    </Panel>
  );
}

function orderOf({ kind, levels, otherwise, valueType }: Content): (string | number)[] | null {
  if (kind === "statistic") return null;
  return [...levels.map((level) => level.value), ...(otherwise === null ? [] : [otherwise])]
    .filter((typed) => mistakeOf(typed, valueType) === null)
    .map((typed) => wireValue(typed, valueType));
}

/** Some of the people with a value. They open in another tab: nothing here is lost. */
function Examples({ rule }: { rule: Rule }) {
  const { t } = useTranslation("tags");
  const query = useQuery({
    queryKey: ["examples of a tag", rule],
    queryFn: async ({ signal }) => (await api.POST("/api/v1/audiences/estimate", { body: { rule: asJson(rule), sample: false }, signal })).data?.sample_people ?? [],
    staleTime: 60_000,
  });
  return (
    <QueryView query={query} isEmpty={(people) => people.length === 0} empty={<EmptyState title={t("live.nobody")} />}>
      {(people) => (
        <Flex vertical gap={3}>
          {people.map((person) => (
            <Flex key={person.id} justify="space-between" gap={8}>
              <PersonLink id={person.id} label={nameOf(person)} target="_blank" />
              <Typography.Text type="secondary" ellipsis style={{ maxWidth: 160 }}>{noteOf(person)}</Typography.Text>
            </Flex>
          ))}
        </Flex>
      )}
    </QueryView>
  );
}
