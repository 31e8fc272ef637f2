import type { Operation, Unit, WindowRule } from "./wire";

/**
 * Relative times as the server resolves them, for showing which days are meant. Times here are "wall times": what a clock
 * in the workspace's zone shows, kept in the UTC fields of a Date. Calendar steps are steps of that clock, so no step
 * needs to know about clock changes.
 */
export interface Span {
  from?: Date;
  /** Missing in a span that ends now. */
  to?: Date;
  /** Whole days, no clock time. */
  isDays: boolean;
  /** What is meant is everything but this. */
  isOutside?: boolean;
}

const HOUR = 3_600_000;

/** What a clock in the zone shows at an instant. */
export function wallTime(at: number, zone: string): Date {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  }).formatToParts(at);
  const read = (type: string) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return new Date(Date.UTC(read("year"), read("month") - 1, read("day"), read("hour"), read("minute"), read("second")));
}

/** So many calendar steps later; earlier with a negative count. The 31st becomes the last day of a shorter month. */
export function stepWall(wall: Date, count: number, unit: Exclude<Unit, "hours">): Date {
  const next = new Date(wall);
  if (unit !== "months") {
    next.setUTCDate(next.getUTCDate() + count * (unit === "weeks" ? 7 : 1));
    return next;
  }
  const day = next.getUTCDate();
  next.setUTCDate(1);
  next.setUTCMonth(next.getUTCMonth() + count);
  const lastDay = new Date(Date.UTC(next.getUTCFullYear(), next.getUTCMonth() + 1, 0)).getUTCDate();
  next.setUTCDate(Math.min(day, lastDay));
  return next;
}

class Clock {
  readonly now: Date;

  constructor(
    private readonly at: number,
    private readonly zone: string,
  ) {
    this.now = wallTime(at, zone);
  }

  steps = (count: number, unit: Unit) =>
    unit === "hours" ? wallTime(this.at + count * HOUR, this.zone) : stepWall(this.now, count, unit);
}

const MOST = 100_000; // steps that a calendar can take

const isSteps = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value) && Math.abs(value) < MOST;

/** Which time a window means, seen from an instant; nothing for all time, fixed dates and what is not filled in. */
export function spanOfWindow(window: WindowRule | undefined, at: number, zone: string): Span | null {
  const clock = new Clock(at, zone);
  if (window?.kind === "last" && isSteps(window.value)) return { from: clock.steps(-window.value, window.unit), isDays: false };
  if (window?.kind === "ago" && isSteps(window.least) && isSteps(window.most))
    return { from: clock.steps(-window.most, window.unit), to: clock.steps(-window.least, window.unit), isDays: false };
  return null;
}

/** The same for an operator on a date or date-time. */
export function spanOfOperation(operation: Operation, type: string, at: number, zone: string): Span | null {
  const { op, value, unit } = operation;
  const clock = new Clock(at, zone);
  const isDays = type === "date" || op.startsWith("anniversary");
  if (op === "anniversary_today") return { from: clock.now, to: clock.now, isDays: true };
  if (!isSteps(value) || !unit) return null;
  switch (op) {
    case "in_last":
      return { from: clock.steps(-value, unit), ...(isDays ? { to: clock.now } : {}), isDays };
    case "not_in_last":
      return { from: clock.steps(-value, unit), ...(isDays ? { to: clock.now } : {}), isDays, isOutside: true };
    case "more_than_ago":
      return { to: clock.steps(-value, unit), isDays };
    case "in_next":
    case "anniversary_in_next":
      return { from: clock.now, to: clock.steps(value, unit), isDays };
    default:
      return null;
  }
}
