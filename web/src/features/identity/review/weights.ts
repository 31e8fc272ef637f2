/** Whether two values speak for or against one person, by the level of their comparison. */
export function agreement(level: string | undefined): "agrees" | "differs" | "unknown" {
  if (level === undefined || level === "missing") return "unknown";
  return level === "different" ? "differs" : "agrees";
}

/** How a probability is shown: never as whole when it is not, and with what tells the nearly sure ones apart. */
export const shownShare = (share: number): { share: number; digits: number } =>
  share > 0.99 ? { share: Math.floor(share * 10_000) / 10_000, digits: 2 } : { share: Math.floor(share * 100) / 100, digits: 0 };

export interface Bar {
  name: string;
  /** Where the bar begins and ends, in bits. */
  from: number;
  to: number;
}

interface Steps {
  prior: number;
  weight: number;
  steps: readonly { title: string; weight: number; correction: number }[];
}

/** The bars of a waterfall: each begins where the one before ended; the first is what holds for any two, the last the sum. */
export function barsOf({ prior, weight, steps }: Steps, names: { prior: string; sum: string }): Bar[] {
  const bars: Bar[] = [{ name: names.prior, from: 0, to: prior }];
  let at = prior;
  for (const { title, weight: adds, correction } of steps) {
    bars.push({ name: title, from: at, to: at + adds + correction });
    at += adds + correction;
  }
  return [...bars, { name: names.sum, from: 0, to: weight }];
}
