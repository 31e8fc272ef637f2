import { type Schema, hooks } from "@shared/api/client";

export type Source = Schema<"SourceOut">;
export type Health = Schema<"SourceHealthOut">;

export type SourceState = "receiving" | "silent" | "never" | "disabled";

const RECENT = 60 * 60_000;

/** Whether a source sends. An hour without events is silence: a shop sees somebody every hour. */
export function stateOf(source: Pick<Source, "is_enabled">, lastReceivedAt: string | null | undefined, now: number): SourceState {
  if (!source.is_enabled) return "disabled";
  if (!lastReceivedAt) return "never";
  return now - new Date(lastReceivedAt).getTime() < RECENT ? "receiving" : "silent";
}

/** Of what came in 24 hours, the share that could not be used; null if nothing came. */
export const quarantinedShare = (health: Health | undefined) =>
  health && health.received_24h > 0 ? health.quarantined_24h / health.received_24h : null;

/** How all sources do, looked at every half minute. */
export const useHealth = () => hooks.useQuery("get", "/api/v1/sources/health", {}, { refetchInterval: 30_000 });
