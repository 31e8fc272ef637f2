/** What was and what could be again. */
export interface History<State> {
  past: readonly State[];
  present: State;
  future: readonly State[];
  /** What the last change was about, and when: typing on in one field is one change. */
  mark: { key: string; at: number } | null;
}

const LONGEST = 200;
const PAUSE = 1_000; // ms; whoever stops typing for so long begins a new change

export const begin = <State>(present: State): History<State> => ({ past: [], present, future: [], mark: null });

/** One more change. Changes with the same `key` that follow each other quickly are undone together. */
export function record<State>(history: History<State>, next: State, key: string, at: number): History<State> {
  if (next === history.present) return history;
  const goesOn = key !== "" && history.mark?.key === key && at - history.mark.at < PAUSE;
  const past = goesOn ? history.past : [...history.past, history.present].slice(-LONGEST);
  return { past, present: next, future: [], mark: { key, at } };
}

export function undo<State>(history: History<State>): History<State> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future], mark: null };
}

export function redo<State>(history: History<State>): History<State> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, mark: null };
}
