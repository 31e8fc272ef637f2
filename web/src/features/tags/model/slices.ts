import type { Schema } from "@shared/api/client";
import type { Part } from "./selection";

export type Distribution = Schema<"DistributionOut">;

/** A part of all people: those with one value, with values in a range, or without any. */
export interface Slice {
  /** Stays the same when the numbers change; stands in links. */
  key: string;
  part: Part;
  people: number;
}

const FEW = 20; // different numbers that are listed one by one
const BINS = 9;

const keyOf = (part: Part): string => {
  switch (part.kind) {
    case "value":
      return `=${part.value}`;
    case "range":
      return `${part.from ?? ""}..${part.below ?? ""}`;
    default:
      return part.kind;
  }
};

const slice = (part: Part, people: number): Slice => ({ key: keyOf(part), part, people });

/** Whether the values are numbers too many to be listed. */
export const isWide = (spread: Distribution) => spread.deciles !== null && spread.distinct > FEW;

/** The values one by one: in the order of the levels, numbers upwards, other words by how many people have them. */
export function listSlices(spread: Distribution, people: number, order: (string | number)[] | null): Slice[] {
  const counts = new Map(spread.top.map((entry) => [entry.value, entry.people]));
  const ordered = order ? [...new Set(order)].map((value) => ({ value, people: counts.get(value) ?? 0 })) : [];
  const given = new Set(ordered.map((entry) => entry.value));
  const others = spread.top.filter((entry) => !given.has(entry.value));
  if (!order && spread.deciles) others.sort((one, other) => Number(one.value) - Number(other.value));
  const shown = [...ordered, ...others];
  const rest = spread.coverage - spread.top.reduce((sum, entry) => sum + entry.people, 0);
  const found = shown.map((entry) => slice({ kind: "value", value: entry.value }, entry.people));
  if (rest > 0) found.push(slice({ kind: "rest", but: spread.top.map((entry) => entry.value) }, rest));
  const without = people - spread.coverage;
  if (without > 0) found.push(slice({ kind: "none" }, without));
  return found;
}

/** 1, 2, 2.5 or 5 times a power of ten, at least so much; whole when it is to be. */
export function roundUp(step: number, isWhole: boolean): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const factor = [1, 2, ...(isWhole && power < 10 ? [] : [2.5]), 5, 10].find((each) => each * power >= step * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(12));
}

/**
 * Ranges of equal, round width for numbers with these deciles. A few far-off numbers would leave one bar and nothing
 * beside it, so the last range takes everything from the ninth decile on.
 */
export function rangesOf(deciles: number[]): Extract<Part, { kind: "range" }>[] {
  const low = deciles[0];
  const high = deciles[9];
  const most = deciles[10];
  if (low === undefined || high === undefined || most === undefined) return [];
  if (high <= low) return most > low ? [{ kind: "range", from: null, below: most }, { kind: "range", from: most, below: null }] : [];
  const isWhole = deciles.every(Number.isInteger);
  const step = Math.max(roundUp((high - low) / BINS, isWhole), isWhole ? 1 : 0);
  const first = Math.floor(low / step + 1e-9);
  const edges: number[] = [];
  for (let index = first; index * step <= high; index += 1) edges.push(Number((index * step).toPrecision(12)));
  return edges.map((from, index) => ({ kind: "range", from, below: index === edges.length - 1 ? (from + step > most ? round(from + step) : null) : (edges[index + 1] ?? null) }));
}

const round = (value: number) => Number(value.toPrecision(12));

export const rangeSlices = (ranges: Part[], counts: number[], without: number): Slice[] => [
  ...ranges.map((part, index) => slice(part, counts[index] ?? 0)),
  ...(without > 0 ? [slice({ kind: "none" }, without)] : []),
];
