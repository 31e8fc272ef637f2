import { outline } from "@shared/rules/check";
import type { Content } from "./definition";

const MOST = 100; // steps that can be taken back
const AT_ONCE = 1_500; // milliseconds between changes that are one step

/** What the definition was, is, and was before something was taken back. */
export interface History {
  past: Content[];
  present: Content;
  future: Content[];
  newest: { shape: string; at: number } | null;
}

export const startHistory = (content: Content): History => ({ past: [], present: content, future: [], newest: null });

/** Everything but what is typed: two changes with the same shape are typing in the same place. */
function shapeOf({ kind, valueType, levels, otherwise, measure }: Content): string {
  const { window, where, ...rest } = measure;
  return JSON.stringify([
    kind, valueType, otherwise === null, levels.map((level) => [level.id, outline(level.rule)]),
    rest, window?.kind, (where ?? []).map((filter) => [filter.property, filter.op]),
  ]);
}

/** The next state; typing in one go is one step. */
export function record(history: History, next: Content, at: number): History {
  if (JSON.stringify(next) === JSON.stringify(history.present)) return history;
  const shape = shapeOf(next);
  const isSameStep = history.newest?.shape === shape && at - history.newest.at < AT_ONCE;
  return { past: isSameStep ? history.past : [...history.past, history.present].slice(-MOST), present: next, future: [], newest: { shape, at } };
}

export function undo(history: History): History {
  const before = history.past.at(-1);
  return before ? { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future], newest: null } : history;
}

export function redo(history: History): History {
  const [after, ...future] = history.future;
  return after ? { past: [...history.past, history.present], present: after, future, newest: null } : history;
}
