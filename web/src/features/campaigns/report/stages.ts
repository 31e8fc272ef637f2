/** Numbers of the report that people stand behind. */
export const STAGES = [
  "assigned", "people", "crossed", "waiting", "sent", "delivered", "opened", "clicked", "converted", "unsubscribed", "rejected", "bounced", "failed", "cancelled", "unknown",
] as const;

export type Stage = (typeof STAGES)[number];
