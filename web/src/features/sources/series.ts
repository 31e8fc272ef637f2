import type { Schema } from "@shared/api/client";

const MINUTE = 60_000;

/** What is looked at: how long, in steps of how many minutes. */
export const SPANS = { hour: { minutes: 60, step: 1 }, day: { minutes: 24 * 60, step: 60 }, week: { minutes: 7 * 24 * 60, step: 240 } } as const;

export const OUTCOMES = ["stored", "duplicate", "quarantined", "suppressed"] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Step extends Record<Outcome, number> {
  at: number;
  received: number;
}

/** Where a span that ends now begins: at the beginning of a step, as the server counts them. */
export function spanStart(now: number, span: keyof typeof SPANS): number {
  const { minutes, step } = SPANS[span];
  const length = step * MINUTE;
  return Math.floor(now / length) * length - (minutes / step - 1) * length;
}

/** Every step of a span, also those in which nothing came. */
export function stepsOf(counters: Schema<"CounterOut">[], start: number, span: keyof typeof SPANS): Step[] {
  const { minutes, step } = SPANS[span];
  const found = new Map(counters.map((each) => [new Date(each.at).getTime(), each]));
  return Array.from({ length: minutes / step }, (_, index) => {
    const at = start + index * step * MINUTE;
    const { received = 0, stored = 0, duplicate = 0, quarantined = 0, suppressed = 0 } = found.get(at) ?? {};
    return { at, received, stored, duplicate, quarantined, suppressed };
  });
}
