import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { useTell } from "@shared/ui/use-tell";
import type { Quarantined } from "./use-quarantine";

/** Events that were sent again: a few that are watched one by one, or many by a job. */
export type Replay =
  | { kind: "few"; messageIds: string[]; cursor: string | undefined }
  | { kind: "job"; jobId: string; reason: string | null; count: number };

/** From where the live view has to be read to see what becomes of what is sent from now on. */
async function placeNow(): Promise<string | undefined> {
  const { data } = await api.GET("/api/v1/events/recent", { params: { query: { limit: 1 } } }).catch(() => ({ data: undefined }));
  return data?.cursor;
}

/** Sends events again. What is given is what came of the last time, to be shown. */
export function useReplay() {
  const { t } = useTranslation("events");
  const tell = useTell();
  const [replay, setReplay] = useState<Replay | null>(null);
  const [isSending, setSending] = useState(false);

  const attempt = async (send: () => Promise<Replay | null>) => {
    setSending(true);
    setReplay(null);
    try {
      setReplay(await send());
    } catch (thrown) {
      tell.failed(thrown, t("replay.failed"));
    } finally {
      setSending(false);
    }
  };

  return {
    replay,
    isSending,
    forget: () => setReplay(null),
    /** As they are. */
    again: (events: Pick<Quarantined, "id" | "message_id">[]) =>
      attempt(async () => {
        const cursor = await placeNow();
        const { data } = await api.POST("/api/v1/quarantine/replay", { body: { ids: events.map((each) => each.id) } });
        if (data && "job_id" in data) return { kind: "job", jobId: data.job_id, reason: null, count: events.length };
        return { kind: "few", messageIds: events.map((each) => each.message_id), cursor };
      }),
    /** All open events of a reason. */
    reason: (reason: string, count: number) =>
      attempt(async () => {
        const cursor = await placeNow();
        const { data: known } = await api.GET("/api/v1/quarantine", { params: { query: { reason, limit: 200 } } });
        const { data } = await api.POST("/api/v1/quarantine/replay", { body: { ids: [], reason } });
        if (data && "job_id" in data) return { kind: "job", jobId: data.job_id, reason, count };
        return { kind: "few", messageIds: (known?.items ?? []).map((each) => each.message_id), cursor };
      }),
    /** One of them, as it should have been: the text of a JSON object, sent without changing a digit of it. */
    corrected: (event: Pick<Quarantined, "id" | "message_id">, text: string) =>
      attempt(async () => {
        const cursor = await placeNow();
        await api.POST("/api/v1/quarantine/{quarantine_id}/replay", {
          params: { path: { quarantine_id: event.id } },
          body: { event: {} },
          bodySerializer: () => `{"event": ${text}}`,
          headers: { "Content-Type": "application/json" },
        });
        return { kind: "few", messageIds: [event.message_id], cursor };
      }),
  };
}
