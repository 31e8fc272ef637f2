/** The arm that gets nothing. */
export const HOLDOUT = "holdout";

/** Shares are kept in tenths of a percent: they always add up to exactly all of it. */
export const WHOLE = 1_000;

interface Weighted {
  name: string;
  weight: number;
}

/** The arms that get a message. */
export const treated = <Arm extends Weighted>(arms: readonly Arm[]): Arm[] => arms.filter((arm) => arm.name !== HOLDOUT);

/** Parts of `total` in proportion to the weights, rounded so that they add up exactly. Without any weight, even parts. */
export function divide(weights: readonly number[], total: number): number[] {
  if (weights.length === 0) return [];
  const sum = weights.reduce((all, each) => all + each, 0);
  const exact = weights.map((weight) => (sum > 0 ? (weight * total) / sum : total / weights.length));
  const parts = exact.map(Math.floor);
  let left = total - parts.reduce((all, each) => all + each, 0);
  const byRest = exact.map((each, index) => ({ index, rest: each - Math.floor(each) })).sort((a, b) => b.rest - a.rest || a.index - b.index);
  for (const { index } of byRest) {
    if (left <= 0) break;
    parts[index] = (parts[index] ?? 0) + 1;
    left -= 1;
  }
  return parts;
}

/** The share of each arm in tenths of a percent, in their order. */
export const shares = (arms: readonly Weighted[]): number[] => divide(arms.map((arm) => arm.weight), WHOLE);

export function holdoutShare(arms: readonly Weighted[]): number {
  const at = arms.findIndex((arm) => arm.name === HOLDOUT);
  return at < 0 ? 0 : (shares(arms)[at] ?? 0);
}

/** The arms with these shares instead of their weights. */
const withShares = <Arm extends Weighted>(arms: readonly Arm[], parts: readonly number[]): Arm[] =>
  arms.map((arm, index) => ({ ...arm, weight: parts[index] ?? 0 }));

/** One arm gets this share; the others that get a message divide what the holdout leaves, as they did among each other. */
export function setShare<Arm extends Weighted>(arms: readonly Arm[], name: string, share: number): Arm[] {
  const now = shares(arms);
  const room = WHOLE - holdoutShare(arms);
  const isOther = (arm: Arm) => arm.name !== name && arm.name !== HOLDOUT;
  const others = divide(arms.flatMap((arm, index) => (isOther(arm) ? [now[index] ?? 0] : [])), room - Math.min(share, room));
  if (others.length === 0) return withShares(arms, now);
  let next = 0;
  const parts = arms.map((arm, index) =>
    arm.name === name ? Math.min(share, room) : isOther(arm) ? (others[next++] ?? 0) : (now[index] ?? 0),
  );
  return withShares(arms, parts);
}

/** The holdout gets this share, `empty` if there was none; what is left is divided among the others as before. */
export function setHoldout<Arm extends Weighted>(arms: readonly Arm[], share: number, empty: () => Arm): Arm[] {
  const rest = treated(arms);
  const parts = divide(rest.map((arm) => arm.weight), WHOLE - share);
  const divided = withShares(rest, parts);
  if (share === 0) return divided;
  const holdout = arms.find((arm) => arm.name === HOLDOUT) ?? empty();
  return [...divided, { ...holdout, weight: share }];
}

/** All arms with a message get the same. */
export function evenly<Arm extends Weighted>(arms: readonly Arm[]): Arm[] {
  const held = holdoutShare(arms);
  const parts = divide(treated(arms).map(() => 1), WHOLE - held);
  let next = 0;
  return arms.map((arm) => ({ ...arm, weight: arm.name === HOLDOUT ? held : (parts[next++] ?? 0) }));
}

/** The next letter that is free: a, b, c… */
export function freeName(arms: readonly Weighted[]): string {
  const taken = new Set(arms.map((arm) => arm.name));
  for (let at = 0; ; at++) {
    const name = at < 26 ? String.fromCharCode(97 + at) : `arm_${at + 1}`;
    if (!taken.has(name)) return name;
  }
}

/** One more arm before the holdout; all arms with a message then get the same. */
export function addArm<Arm extends Weighted>(arms: readonly Arm[], arm: Arm): Arm[] {
  const held = holdoutShare(arms);
  const rest = [...treated(arms), arm];
  const holdout = arms.filter((each) => each.name === HOLDOUT).map((each) => ({ ...each, weight: held }));
  return evenly([...rest.map((each) => ({ ...each, weight: (WHOLE - held) / rest.length })), ...holdout]);
}

/** Without an arm; its share goes to the others that get a message. The last one stays. */
export function removeArm<Arm extends Weighted>(arms: readonly Arm[], name: string): Arm[] {
  if (treated(arms).length < 2) return [...arms];
  const emptied = setShare(arms, name, 0);
  return emptied.filter((arm) => arm.name !== name);
}
