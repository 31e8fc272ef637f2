/** A list that is worked through: where one is, and what is done with already. */
export interface Queue {
  ids: readonly string[];
  /** The one that is looked at; null when there is none. */
  at: string | null;
}

export type Step = { kind: "list"; ids: readonly string[] } | { kind: "go"; to: string } | { kind: "next" } | { kind: "previous" } | { kind: "done"; id: string };

export const noQueue: Queue = { ids: [], at: null };

/** The next state. Who is done with goes from the list, and the one after it comes; at the end, the one before. */
export function step(queue: Queue, action: Step): Queue {
  const place = queue.at === null ? -1 : queue.ids.indexOf(queue.at);
  if (action.kind === "go") return queue.ids.includes(action.to) ? { ...queue, at: action.to } : queue;
  if (action.kind === "next") return { ...queue, at: queue.ids[Math.min(place + 1, queue.ids.length - 1)] ?? null };
  if (action.kind === "previous") return { ...queue, at: queue.ids[Math.max(place - 1, 0)] ?? null };
  if (action.kind === "done") {
    const ids = queue.ids.filter((id) => id !== action.id);
    return { ids, at: queue.at === action.id ? nearest(queue, ids, place) : queue.at };
  }
  const isKept = queue.at !== null && action.ids.includes(queue.at);
  return { ids: action.ids, at: isKept ? queue.at : nearest(queue, action.ids, place) };
}

/** Where to go on when the present one is gone: what stood after it and is still there, else the last. */
function nearest(queue: Queue, ids: readonly string[], place: number): string | null {
  const later = place < 0 ? undefined : queue.ids.slice(place + 1).find((id) => ids.includes(id));
  return later ?? (place > 0 ? ids.at(-1) : ids[0]) ?? null;
}
