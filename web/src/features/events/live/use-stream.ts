import { useEffect, useReducer, useState } from "react";
import { api } from "@shared/api/client";
import { asProblem } from "@shared/api/problem";
import type { LiveEvent } from "../model/event";
import { EMPTY_STREAM, follow } from "../model/stream";

const EVERY = 1_000;
const LONGEST_PAUSE = 15_000;

export interface StreamFilters {
  source_id?: string | undefined;
  event?: string[] | undefined;
  person?: string | undefined;
  status?: LiveEvent["status"][] | undefined;
}

const search = (filters: StreamFilters) => Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as StreamFilters;

/** Looks for new events every second while the page is seen. Other filters need another instance: give it a `key`. */
export function useStream(filters: StreamFilters, isPaused: boolean) {
  const [stream, dispatch] = useReducer(follow, EMPTY_STREAM);
  const [attempt, setAttempt] = useState(0);
  const wanted = JSON.stringify(search(filters));

  useEffect(() => dispatch({ type: "paused", isPaused }), [isPaused]);

  useEffect(() => {
    const ended = new AbortController();
    const query = JSON.parse(wanted) as StreamFilters;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let cursor: string | undefined;
    let failures = 0;
    let isLooking = false;
    const look = async () => {
      if (isLooking || document.hidden) return;
      isLooking = true;
      try {
        const { data } = await api.GET("/api/v1/events/recent", {
          params: { query: { ...query, ...(cursor ? { after: cursor } : {}), limit: cursor ? 200 : 100 } },
          signal: ended.signal,
        });
        if (data) dispatch({ type: "arrived", page: data, isFirst: cursor === undefined, at: Date.now() });
        cursor = data?.cursor;
        failures = 0;
      } catch (thrown) {
        if (ended.signal.aborted) return;
        failures += 1;
        dispatch({ type: "failed", problem: thrown });
        const { status } = asProblem(thrown);
        if (status >= 400 && status < 500 && status !== 429) return; // asking again would not help
      } finally {
        isLooking = false;
      }
      timer = setTimeout(look, Math.min(EVERY * 2 ** failures, LONGEST_PAUSE));
    };
    const seen = () => {
      clearTimeout(timer);
      void look();
    };
    void look();
    document.addEventListener("visibilitychange", seen);
    return () => {
      ended.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [wanted, attempt]);

  const reveal = async () => {
    const { data } = await api.GET("/api/v1/events/recent", { params: { query: { ...search(filters), limit: 200, reveal: true } } });
    if (data) dispatch({ type: "revealed", items: data.items });
  };
  return { stream, catchUp: () => dispatch({ type: "caughtUp" }), reveal, restart: () => setAttempt(attempt + 1) };
}
