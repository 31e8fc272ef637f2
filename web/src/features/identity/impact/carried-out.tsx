import { Alert, Button, Flex, Statistic } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { Panel } from "@shared/ui/panel";
import { Ago } from "@shared/ui/time";
import type { Version } from "../rules/model";
import type { Work } from "../rules/use-work";
import { type Run, nameOf } from "./impact-tab";
import { TryButton } from "./try-button";
import { useApply } from "./use-apply";

/** The version that was in force before; 0 is what is built in. */
export function versionBefore(versions: readonly Version[]): number {
  const applied = versions.filter((each) => each.applied_at).toSorted((one, other) => String(other.applied_at).localeCompare(String(one.applied_at)));
  return applied[1]?.version ?? 0;
}

/** What putting rules in force did, and how to go back. */
export function CarriedOut({ run, done, work }: { run: Run; done: Schema<"IdentityCarriedOut">; work: Work }) {
  const { t } = useTranslation("identity");
  const formats = useFormats();
  const mayWrite = useMay("identity:write");
  const apply = useApply();
  const isInForce = run.version === work.place?.inForce;
  const previous = versionBefore(work.versions.data?.items ?? []);
  return (
    <Panel title={t("run.apply", { version: nameOf(run.version, t("versions.unkept")) })} extra={<Ago at={run.finished_at ?? run.created_at} say={(ago) => t("run.done", { ago })} />}>
      <Flex vertical gap={12}>
        <Alert
          type={done.is_complete && run.state === "succeeded" ? "success" : "warning"}
          showIcon
          title={t(done.is_complete && run.state === "succeeded" ? "carried.complete" : "carried.incomplete")}
          description={done.left > 0 ? t("carried.left", { count: done.left }) : undefined}
          action={!done.is_complete && mayWrite && run.version !== null ? <Button size="small" onClick={() => apply.ask(run.version ?? 0, null)}>{t("carried.goOn")}</Button> : undefined}
        />
        <Flex gap={36} wrap>
          {(["merges", "splits", "identifiers"] as const).map((key) => <Statistic key={key} title={t(`carried.${key}`)} value={formats.number(done[key])} styles={{ content: { fontSize: 20 } }} />)}
        </Flex>
        {isInForce && mayWrite && (
          <Flex gap={8} wrap align="center">
            <span>{t("carried.back", { version: previous ? t("version", { version: previous }) : t("versions.builtIn") })}</span>
            <TryButton version={previous} size="small" label={t("carried.tryBack")} />
            <Button size="small" loading={apply.isPending} onClick={() => apply.ask(previous, null)}>{t("versions.goBack")}</Button>
          </Flex>
        )}
      </Flex>
    </Panel>
  );
}
