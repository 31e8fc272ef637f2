import { type LiveEvent, STATUSES } from "./event";

/** What became of events that were sent again, as far as it is known. */
export interface Outcomes {
  counts: Record<LiveEvent["status"], number>;
  /** Not seen yet. */
  waiting: number;
  /** Why some are back in quarantine. */
  reasons: string[];
}

/** Goes through what arrived since; events that stay duplicates were stored at an earlier try. */
export function outcomesOf(messageIds: readonly string[], arrived: readonly LiveEvent[]): Outcomes {
  const wanted = new Set(messageIds);
  const found = new Map<string, LiveEvent>();
  for (const each of arrived) if (wanted.has(each.message_id)) found.set(each.message_id, each);
  const counts = Object.fromEntries(STATUSES.map((status) => [status, 0])) as Outcomes["counts"];
  const reasons = new Set<string>();
  for (const each of found.values()) {
    counts[each.status] += 1;
    if (each.status === "quarantined") reasons.add(each.reason_text ?? each.reason ?? "");
  }
  return { counts, waiting: wanted.size - found.size, reasons: [...reasons] };
}
