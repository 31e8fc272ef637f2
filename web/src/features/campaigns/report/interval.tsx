import { theme } from "antd";
import type { Schema } from "@shared/api/client";

type Effect = Pick<Schema<"EffectOut">, "value" | "low" | "high" | "is_significant">;

/** The axis that holds all intervals and zero, a little wider than they are. */
export function extentOf(effects: Effect[]): [number, number] {
  const ends = effects.flatMap((effect) => [effect.value, effect.low ?? effect.value, effect.high ?? effect.value]);
  const low = Math.min(0, ...ends);
  const high = Math.max(0, ...ends);
  const margin = (high - low || 1) * 0.06;
  return [low - margin, high + margin];
}

interface Props {
  effect: Effect;
  extent: [number, number];
  label: string;
}

/** An estimate with its interval, and where no effect would be. */
export function Interval({ effect, extent: [low, high], label }: Props) {
  const { token } = theme.useToken();
  const at = (value: number) => (200 * (value - low)) / (high - low);
  const color = effect.is_significant ? (effect.value > 0 ? token.colorSuccess : token.colorError) : token.colorTextTertiary;
  const left = at(effect.low ?? effect.value);
  const right = at(effect.high ?? effect.value);
  return (
    <svg viewBox="0 0 200 24" width={200} height={24} role="img" aria-label={label}>
      <title>{label}</title>
      <line x1={at(0)} x2={at(0)} y1={1} y2={23} stroke={token.colorBorder} strokeDasharray="3 2" />
      <line x1={left} x2={right} y1={12} y2={12} stroke={color} strokeWidth={3} />
      {[left, right].map((x, index) => <line key={index} x1={x} x2={x} y1={7} y2={17} stroke={color} strokeWidth={2} />)}
      <circle cx={at(effect.value)} cy={12} r={5} fill={color} />
    </svg>
  );
}
