const CERTAIN = 1.959964; // two-sided 5 %
const LIKELY = 0.841621; // 80 % power

/**
 * The smallest difference of two shares that a comparison would most likely show: with 80 % power at 5 % significance,
 * normal approximation. `base` is the share that converts without a message; null when a group is too small to say.
 */
export function smallestEffect(base: number, treated: number, held: number): number | null {
  if (treated * base < 5 || held * base < 5) return null;
  return (CERTAIN + LIKELY) * Math.sqrt(base * (1 - base) * (1 / treated + 1 / held));
}
