import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { ApiButton } from "@shared/ui/api-button";
import { useConfirm } from "@shared/ui/confirm";
import { EmptyState } from "@shared/ui/empty-state";
import { Page } from "@shared/ui/page";
import { Panel } from "@shared/ui/panel";
import { QuarantineDrawer } from "./quarantine-drawer";
import { QuarantineList } from "./quarantine-list";
import { ReasonList } from "./reason-list";
import { useReasonName } from "./reason-name";
import { ReplayOutcome } from "./replay-outcome";
import { useQuarantineSearch, useReasons, useRefresh } from "./use-quarantine";
import { useReplay } from "./use-replay";
import { useTurn } from "./use-turn";

export function QuarantinePage() {
  const { t } = useTranslation("events");
  if (useMay("quarantine:read")) return <Quarantine />;
  return (
    <Page title={t("quarantine.title")}>
      <Panel><EmptyState title={t("quarantine.mayNotSee")} hint={t("quarantine.mayNotSeeHint")} /></Panel>
    </Page>
  );
}

function Quarantine() {
  const { t } = useTranslation("events");
  const formats = useFormats();
  const confirm = useConfirm();
  const { search, go } = useQuarantineSearch();
  const reasons = useReasons();
  const nameOf = useReasonName();
  const refresh = useRefresh();
  const replaying = useReplay();
  const sources = hooks.useQuery("get", "/api/v1/sources", {}, { staleTime: 60_000 });
  const sourceNames = useMemo(() => new Map((sources.data?.items ?? []).map((each) => [each.id, each.name])), [sources.data]);

  const replayReason = () => {
    const { reason } = search;
    const count = reasons.data?.items.find((each) => each.reason === reason)?.count ?? 0;
    if (!reason) return;
    confirm({
      title: t("replay.reasonTitle", { count, number: formats.number(count), reason: nameOf(reason) }),
      impact: t(search.source || search.q ? "replay.reasonImpactAll" : "replay.reasonImpact"),
      action: t("replay.reasonAction"),
      isSafe: true,
      onConfirm: () => replaying.reason(reason, count).then(refresh),
    });
  };
  const turn = useTurn();
  const query = new URLSearchParams({ state: search.state ?? "open", ...(search.reason ? { reason: search.reason } : {}), ...(search.source ? { source_id: search.source } : {}) });
  return (
    <Page title={t("quarantine.title")} lead={t("quarantine.lead")} actions={<ApiButton method="GET" path={`/quarantine?${query}`} />}>
      <div style={{ display: "grid", gridTemplateColumns: "minmax(200px, 240px) minmax(0, 1fr)", gap: 16, alignItems: "start" }}>
        <ReasonList chosen={search.state ? null : search.reason} onChoose={(reason) => go({ reason, state: undefined })} isSending={replaying.isSending} onReplay={replayReason} />
        <div>
          {replaying.replay && <div style={{ marginBottom: 12 }}><ReplayOutcome replay={replaying.replay} onClose={replaying.forget} /></div>}
          <QuarantineList
            search={search}
            onSearch={go}
            sourceNames={sourceNames}
            isSending={replaying.isSending}
            onReplay={(events) => void replaying.again(events).then(refresh)}
            onTurn={turn}
          />
        </div>
      </div>
      <QuarantineDrawer
        key={search.open ?? ""}
        id={search.open}
        onClose={() => go({ open: undefined })}
        onTurn={turn}
        sourceNames={sourceNames}
      />
    </Page>
  );
}
