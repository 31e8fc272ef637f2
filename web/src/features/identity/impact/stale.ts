interface Tried {
  version: number | null;
  created_at: string;
}

interface Now {
  /** There are changes that are not kept. */
  isDirty: boolean;
  draft: number | null;
  inForce: number;
  appliedAt: string | null;
}

export type Stale = "dirty" | "newer" | "inForce" | "otherBase";

/** Why what was tried is not what would happen now; null when it is. */
export function staleness(run: Tried, now: Now): Stale | null {
  if (now.isDirty) return "dirty";
  if (run.version !== null && run.version === now.inForce) return "inForce";
  if (now.appliedAt !== null && now.appliedAt > run.created_at) return "otherBase";
  return now.draft !== null && run.version !== null && run.version < now.draft ? "newer" : null;
}
