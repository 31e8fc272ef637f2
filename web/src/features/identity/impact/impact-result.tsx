import { Alert, Button, Flex, Statistic } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Schema } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { Panel } from "@shared/ui/panel";
import { Ago } from "@shared/ui/time";
import type { Work } from "../rules/use-work";
import { AudiencesTouched } from "./audiences-touched";
import { ChangesTable } from "./changes-table";
import { type Run, nameOf } from "./impact-tab";
import { staleness } from "./stale";
import { useApply } from "./use-apply";

interface Props {
  run: Run;
  impact: Schema<"IdentityImpact">;
  work: Work;
  retry: ReactNode;
}

/** What a version would change: counted, listed, and by audience. */
export function ImpactResult({ run, impact, work, retry }: Props) {
  const { t } = useTranslation("identity");
  const formats = useFormats();
  const mayWrite = useMay("identity:write");
  const apply = useApply();
  const versions = work.versions.data?.items ?? [];
  const inForce = versions.find((each) => each.version === work.place?.inForce);
  const stale = staleness(run, { isDirty: work.isDirty, draft: work.place?.draft?.version ?? null, inForce: work.place?.inForce ?? 0, appliedAt: inForce?.applied_at ?? null });
  const { version } = run;
  const mayApply = mayWrite && version !== null && version !== work.place?.inForce;
  const numbers = [
    { key: "merges", value: impact.merges },
    { key: "splits", value: impact.splits },
    { key: "people", value: impact.people_touched },
    { key: "audiences", value: impact.audiences.length },
  ] as const;
  return (
    <>
      <Panel
        title={t("run.what_if", { version: nameOf(version, t("versions.unkept")) })}
        extra={
          <Flex gap={8} align="center">
            <Ago at={run.finished_at} say={(ago) => t("run.finished", { ago })} />
            {retry}
            {mayApply && <Button type="primary" disabled={work.isDirty} loading={apply.isPending} onClick={() => apply.ask(version, stale ? null : impact)}>{t("impact.apply")}</Button>}
          </Flex>
        }
      >
        <Flex vertical gap={12}>
          {stale && <Alert type={stale === "inForce" ? "info" : "warning"} showIcon title={t(`stale.${stale}`, { version: work.place?.draft?.version ?? 0 })} />}
          <Flex gap={36} wrap>
            <Statistic title={t("impact.profiles")} value={t("impact.fromTo", { before: formats.number(impact.profiles_before), after: formats.number(impact.profiles_after) })} styles={{ content: { fontSize: 20 } }} />
            {numbers.map(({ key, value }) => <Statistic key={key} title={t(`impact.count.${key}`)} value={formats.number(value)} styles={{ content: { fontSize: 20 } }} />)}
          </Flex>
          {impact.changes === 0 && <EmptyState title={t("impact.nothing")} hint={t("impact.nothingHint")} />}
        </Flex>
      </Panel>
      {impact.changes > 0 && <ChangesTable impact={impact} />}
      {impact.audiences.length > 0 && <AudiencesTouched audiences={impact.audiences} />}
    </>
  );
}
