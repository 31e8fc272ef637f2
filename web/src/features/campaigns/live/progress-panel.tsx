import { useQueryClient } from "@tanstack/react-query";
import { Alert, Flex, Progress, Statistic, Typography } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { Ago, Moment } from "@shared/ui/time";
import type { State } from "../state";
import { PeopleButton, type Stage } from "./behind";

type Campaign = Schema<"CampaignDetail">;

const MOVING: readonly State[] = ["checking", "sending"];
const COUNTS = ["sent", "waiting", "rejected", "bounced", "failed", "unknown", "cancelled"] as const satisfies Stage[];

/** How far the campaign is, while one watches. */
export function ProgressPanel({ campaign, onMoved }: { campaign: Campaign; onMoved: () => void }) {
  const { t } = useTranslation("campaigns");
  const queries = useQueryClient();
  const { state } = campaign;
  const query = hooks.useQuery(
    "get",
    "/api/v1/campaigns/{campaign_id}/progress",
    { params: { path: { campaign_id: campaign.id } } },
    { refetchInterval: (each) => (MOVING.includes((each.state.data?.state ?? state) as State) ? 1_000 : state === "scheduled" ? 5_000 : false), placeholderData: (last) => last },
  );
  const reached = query.data?.state;
  const settled = query.data?.done;
  useEffect(() => {
    if (reached === undefined) return;
    onMoved(); // states and reasons of the deliveries have changed
    if (reached !== state) void queries.invalidateQueries({ queryKey: ["get", "/api/v1/campaigns"] });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- told when it moves
  }, [reached, settled]);

  return (
    <Panel title={t("progress.title")} extra={query.data && MOVING.includes(state) && <Typography.Text type="secondary"><Ago at={query.data.as_of} say={(ago) => t("progress.asOf", { ago })} /></Typography.Text>}>
      {campaign.error && (
        <Alert type="error" showIcon style={{ marginBottom: 12 }} title={t("progress.stopped")} description={[campaign.error.message, campaign.error.cure].filter(Boolean).join(" ")} />
      )}
      <QueryView query={query} rows={4}>{(progress) => <Numbers campaign={campaign} progress={progress} />}</QueryView>
    </Panel>
  );
}

function Numbers({ campaign, progress }: { campaign: Campaign; progress: Schema<"ProgressOut"> }) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const { state } = campaign;
  if (state === "scheduled")
    return <Typography.Text>{t("progress.scheduled")} <Moment at={campaign.scheduled_at} /> ({formats.timeZone}) · <Ago at={campaign.scheduled_at} /></Typography.Text>;
  const isAssigning = state === "checking";
  const done = isAssigning ? progress.assigned : progress.done;
  const total = isAssigning ? progress.audience_size : progress.total;
  const share = total ? done / total : state === "done" ? 1 : 0;
  const words = isAssigning
    ? t("progress.assigning", { done: formats.number(done), total: formats.number(total) })
    : t("progress.sending", { done: formats.number(done), total: formats.number(total) });
  const held = Math.max(0, progress.assigned - progress.total);
  return (
    <Flex vertical gap={14}>
      <div aria-live="polite">
        <Flex justify="space-between" gap={12} wrap>
          <Typography.Text>{words}</Typography.Text>
          {state === "sending" && (
            <Typography.Text type="secondary">
              {progress.eta_seconds !== null
                ? t("progress.speed", { speed: formats.number(progress.per_second, 1), left: formats.duration(progress.eta_seconds * 1_000) })
                : t("progress.waiting")}
            </Typography.Text>
          )}
        </Flex>
        <Progress
          percent={Math.floor(share * 100)}
          status={state === "cancelled" ? "exception" : state === "done" ? "success" : state === "paused" ? "normal" : "active"}
          aria-label={words}
        />
      </div>
      <Flex gap={28} wrap>
        {COUNTS.filter((each) => each === "sent" || progress[each] > 0).map((each) => (
          <Statistic key={each} title={t(`delivery.${each}`)} valueRender={() => <PeopleButton behind={{ stage: each }}>{formats.number(progress[each])}</PeopleButton>} />
        ))}
        {held > 0 && state !== "checking" && <Statistic title={t("delivery.held")} valueRender={() => <PeopleButton behind={{ stage: "assigned", arm: "holdout" }}>{formats.number(held)}</PeopleButton>} />}
      </Flex>
    </Flex>
  );
}
