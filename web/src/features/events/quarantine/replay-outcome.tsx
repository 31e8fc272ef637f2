import { Alert, Flex, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { JobProgress } from "@shared/jobs/job-progress";
import { LinkButton } from "@shared/ui/link-button";
import { STATUSES } from "../model/event";
import { type Outcomes, outcomesOf } from "../model/outcome";
import { useReasons, useRefresh } from "./use-quarantine";
import type { Replay } from "./use-replay";

const EVERY = 700;
const PATIENCE = 12_000;

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What became of events that were sent again. */
export function ReplayOutcome({ replay, onClose }: { replay: Replay; onClose: () => void }) {
  return replay.kind === "few" ? (
    <Few key={replay.messageIds.join()} messageIds={replay.messageIds} cursor={replay.cursor} onClose={onClose} />
  ) : (
    <Many key={replay.jobId} replay={replay} onClose={onClose} />
  );
}

function Few({ messageIds, cursor, onClose }: { messageIds: string[]; cursor: string | undefined; onClose: () => void }) {
  const { t } = useTranslation("events");
  const formats = useFormats();
  const refresh = useRefresh();
  const [outcomes, setOutcomes] = useState<Outcomes>(() => outcomesOf(messageIds, []));
  const [isOver, setOver] = useState(false);

  useEffect(() => {
    const ended = new AbortController();
    const { signal } = ended;
    const watch = async () => {
      const began = performance.now();
      while (!signal.aborted && performance.now() - began < PATIENCE) {
        const { data } = await api.GET("/api/v1/events/recent", { params: { query: { limit: 200, ...(cursor ? { after: cursor } : {}) } }, signal });
        const found = outcomesOf(messageIds, data?.items ?? []);
        setOutcomes(found);
        if (found.waiting === 0) break;
        await pause(EVERY);
      }
    };
    watch()
      .catch(() => {}) // the events are sent all the same; what is not known is said below
      .finally(() => {
        if (signal.aborted) return;
        setOver(true);
        void refresh();
      });
    return () => ended.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- watched once
  }, []);

  const { counts, waiting, reasons } = outcomes;
  const parts = STATUSES.filter((status) => counts[status] > 0).map((status) => t(`became.${status}`, { count: counts[status], number: formats.number(counts[status]) }));
  if (waiting > 0) parts.push(t(isOver ? "became.unseen" : "became.waiting", { count: waiting, number: formats.number(waiting) }));
  const isBad = counts.quarantined > 0;
  return (
    <Alert
      type={isBad ? "warning" : waiting > 0 ? "info" : "success"}
      showIcon
      role="status"
      closable={{ onClose }}
      title={t("replay.sent", { count: messageIds.length, number: formats.number(messageIds.length), what: formats.list(parts) })}
      description={
        isBad || (isOver && waiting > 0) ? (
          <Flex vertical gap={4} align="start">
            {reasons.map((reason) => <span key={reason}>{reason}</span>)}
            {isBad && <Typography.Text type="secondary">{t("replay.againHint")}</Typography.Text>}
            {isOver && waiting > 0 && <LinkButton to="/events" search={{}} size="small">{t("replay.toLive")}</LinkButton>}
          </Flex>
        ) : undefined
      }
    />
  );
}

function Many({ replay, onClose }: { replay: Extract<Replay, { kind: "job" }>; onClose: () => void }) {
  const { t } = useTranslation("events");
  const formats = useFormats();
  const refresh = useRefresh();
  const reasons = useReasons();
  const [state, setState] = useState<string | null>(null);

  const finished = async (next: string) => {
    // What was sent last still has to go through the pipeline before the count of those that came back is true.
    for (let looks = 0; looks < 12; looks += 1) {
      const { data } = await api.GET("/api/v1/counters/pipeline").catch(() => ({ data: undefined }));
      if (looks > 0 && data?.lag_records === 0) break;
      await pause(EVERY);
    }
    await refresh();
    setState(next);
  };
  const back = reasons.data?.items.find((each) => each.reason === replay.reason)?.count ?? 0;
  return (
    <Alert
      type={state === null ? "info" : back > 0 && replay.reason ? "warning" : "success"}
      showIcon
      role="status"
      closable={state === null ? false : { onClose }}
      title={
        <>
          <JobProgress jobId={replay.jobId} title={t("replay.job", { count: replay.count, number: formats.number(replay.count) })} onFinished={(next) => void finished(next)} />
          {state !== null && (
            <Typography.Text>
              {t(state === "cancelled" ? "replay.jobCancelled" : "replay.jobDone")}{" "}
              {replay.reason && (back > 0 ? t("replay.jobBack", { count: back, number: formats.number(back) }) : t("replay.jobNoneBack"))}
            </Typography.Text>
          )}
        </>
      }
    />
  );
}
