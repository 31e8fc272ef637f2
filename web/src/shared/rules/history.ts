import { type GroupNode, decode } from "./draft";

const MOST = 200; // steps that can be taken back

/** What the tree was, is, and was before something was taken back. */
export interface History {
  past: GroupNode[];
  present: GroupNode;
  future: GroupNode[];
  /** Which control the newest step came from, and when: typing in one control is one step. */
  newest: { control: string; at: number } | null;
}

const AT_ONCE = 1_500; // milliseconds between changes that are one step

export const startHistory = (rule: unknown): History => ({ past: [], present: decode(rule), future: [], newest: null });

/** The next state. `control` names what was typed into; without it the change is a step of its own. */
export function record(history: History, next: GroupNode, control: string | null, at: number): History {
  if (next === history.present) return history;
  const isSameStep = control !== null && history.newest?.control === control && at - history.newest.at < AT_ONCE;
  return {
    past: isSameStep ? history.past : [...history.past, history.present].slice(-MOST),
    present: next,
    future: [],
    newest: control === null ? null : { control, at },
  };
}

export function undo(history: History): History {
  const before = history.past.at(-1);
  if (!before) return history;
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future], newest: null };
}

export function redo(history: History): History {
  const [after, ...future] = history.future;
  if (!after) return history;
  return { past: [...history.past, history.present], present: after, future, newest: null };
}
