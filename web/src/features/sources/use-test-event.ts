import { useEffect, useReducer, useRef } from "react";
import { type Schema, api } from "@shared/api/client";

const EVERY = 500;
/** From then on we say that something is wrong, and go on looking. */
export const PATIENCE = 10_000;
const END = 120_000;

type Seen = Schema<"RecentEventOut">;
type Pipeline = Schema<"PipelineOut">;

/** How far a test event has come. Times in milliseconds since the button was pressed. */
export interface Trial {
  phase: "idle" | "sending" | "received" | "stored" | "refused";
  messageId: string | null;
  receivedAfter: number | null;
  storedAfter: number | null;
  seen: Seen | null;
  isOverdue: boolean;
  pipeline: Pipeline | null;
  problem: unknown;
}

export type TrialAction =
  | { type: "sent" }
  | { type: "received"; messageId: string; after: number }
  | { type: "stored"; seen: Seen; after: number }
  | { type: "overdue"; pipeline: Pipeline | null }
  | { type: "refused"; problem: unknown };

export const NO_TRIAL: Trial = {
  phase: "idle", messageId: null, receivedAfter: null, storedAfter: null, seen: null, isOverdue: false, pipeline: null, problem: null,
};

export function advance(trial: Trial, action: TrialAction): Trial {
  switch (action.type) {
    case "sent":
      return { ...NO_TRIAL, phase: "sending" };
    case "received":
      return { ...trial, phase: "received", messageId: action.messageId, receivedAfter: action.after };
    case "stored":
      return { ...trial, phase: "stored", seen: action.seen, storedAfter: action.after, isOverdue: false };
    case "overdue":
      return trial.phase === "received" ? { ...trial, isOverdue: true, pipeline: action.pipeline } : trial;
    case "refused":
      return { ...trial, phase: "refused", problem: action.problem };
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Sends a test event and watches for it among the live events. */
export function useTestEvent(sourceId: string) {
  const [trial, dispatch] = useReducer(advance, NO_TRIAL);
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  const send = async (event: string) => {
    running.current?.abort();
    const ended = new AbortController();
    running.current = ended;
    const { signal } = ended;
    const began = performance.now();
    const since = () => performance.now() - began;
    dispatch({ type: "sent" });
    try {
      // From where to look: taken before it is sent, so that it cannot have passed already.
      const before = await api.GET("/api/v1/events/recent", { params: { query: { source_id: sourceId, limit: 1 } }, signal });
      const { data: sent } = await api.POST("/api/v1/sources/{source_id}/test-event", { params: { path: { source_id: sourceId } }, body: { event }, signal });
      if (!sent) return;
      dispatch({ type: "received", messageId: sent.message_id, after: since() });
      const after = before.data?.cursor;
      let isTold = false;
      while (since() < END) {
        const { data } = await api.GET("/api/v1/events/recent", {
          params: { query: { source_id: sourceId, event: [event], limit: 200, ...(after ? { after } : {}) } }, signal,
        });
        const seen = data?.items.find((each) => each.message_id === sent.message_id);
        if (seen) return dispatch({ type: "stored", seen, after: since() });
        if (!isTold && since() > PATIENCE) {
          isTold = true;
          const { data: pipeline } = await api.GET("/api/v1/counters/pipeline", { signal }).catch(() => ({ data: undefined }));
          dispatch({ type: "overdue", pipeline: pipeline ?? null });
        }
        await pause(isTold ? 4 * EVERY : EVERY);
      }
    } catch (thrown) {
      if (!signal.aborted) dispatch({ type: "refused", problem: thrown });
    }
  };
  return { trial, send };
}
