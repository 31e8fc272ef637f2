import type { Schema } from "@shared/api/client";
import type { LiveEvent } from "./event";

/** As many rows as anybody scrolls through. */
export const MOST = 1_000;
const MINUTE = 60_000;

interface Look {
  at: number;
  total: number;
  shown: number;
}

/** What the live view shows and what waits to be shown, both newest first. */
export interface Stream {
  shown: LiveEvent[];
  waiting: LiveEvent[];
  /** Events that came while it paused, also those that were not kept. */
  missed: number;
  isPaused: boolean;
  isLoaded: boolean;
  /** How many there are in the last 24 hours. */
  total: number;
  /** The looks of the last minute. */
  looks: Look[];
  isSampled: boolean;
  problem: unknown;
}

export type StreamAction =
  | { type: "arrived"; page: Schema<"RecentEvents">; isFirst: boolean; at: number }
  | { type: "failed"; problem: unknown }
  | { type: "paused"; isPaused: boolean }
  | { type: "caughtUp" }
  | { type: "revealed"; items: LiveEvent[] };

export const EMPTY_STREAM: Stream = {
  shown: [], waiting: [], missed: 0, isPaused: false, isLoaded: false, total: 0, looks: [], isSampled: false, problem: null,
};

const catchUp = (stream: Stream): Stream =>
  stream.waiting.length === 0 && stream.missed === 0
    ? stream
    : { ...stream, shown: [...stream.waiting, ...stream.shown].slice(0, MOST), waiting: [], missed: 0 };

export function follow(stream: Stream, action: StreamAction): Stream {
  switch (action.type) {
    case "arrived": {
      const { page, isFirst, at } = action;
      if (isFirst)
        return { ...stream, shown: page.items, waiting: [], missed: 0, isLoaded: true, total: page.total, isSampled: page.is_sampled, problem: null };
      const looks = [...stream.looks.filter((look) => look.at > at - MINUTE), ...(page.total > 0 ? [{ at, total: page.total, shown: page.shown }] : [])];
      if (page.total === 0)
        return looks.length === stream.looks.length && stream.problem === null ? stream : { ...stream, looks, problem: null };
      const next = {
        ...stream, looks, problem: null, total: stream.total + page.total, missed: stream.missed + page.total,
        waiting: [...page.items, ...stream.waiting].slice(0, MOST), isSampled: stream.isSampled || page.is_sampled,
      };
      return stream.isPaused ? next : catchUp(next);
    }
    case "failed":
      return { ...stream, problem: action.problem };
    case "paused":
      return action.isPaused ? { ...stream, isPaused: true } : catchUp({ ...stream, isPaused: false });
    case "caughtUp":
      return catchUp(stream);
    case "revealed": {
      const plain = new Map(action.items.map((each) => [each.id, each]));
      return { ...stream, shown: stream.shown.map((each) => plain.get(each.id) ?? each) };
    }
  }
}

/** How many events came in the last minute, and how many of them were loaded. */
export function lastMinute(stream: Stream): { total: number; shown: number } {
  return stream.looks.reduce((sum, look) => ({ total: sum.total + look.total, shown: sum.shown + look.shown }), { total: 0, shown: 0 });
}
