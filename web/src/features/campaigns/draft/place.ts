/** The steps from an idea to a campaign that is sent. */
export const STEPS = ["audience", "content", "split", "schedule", "check"] as const;
export type Step = (typeof STEPS)[number];

/** Where in the editor something is to be found. */
export interface Where {
  step: Step;
  /** Index of the arm that it is about. */
  arm: number | null;
  /** The field in that arm: `blocks[3].text`. */
  path: string;
}

/** Where a path of the API, such as `arms[0].blocks[3].text`, is edited. */
export function whereOf(path: string): Where {
  const plain = path.replace(/^content\./, "");
  const inArm = /^arms\[(\d+)\]\.(.+)$/.exec(plain);
  if (inArm && !/^(weight|name)$/.test(inArm[2] ?? "")) return { step: "content", arm: Number(inArm[1]), path: inArm[2] ?? "" };
  const root = /^\w*/.exec(plain)?.[0] ?? "";
  if (root === "arms") return { step: "split", arm: null, path: plain };
  if (root === "theme") return { step: "content", arm: null, path: plain };
  if (["sender", "reply_to", "utm", "track", "scheduled_at"].includes(root)) return { step: "schedule", arm: null, path: plain };
  if (["audience_id", "goal", "purpose", "name"].includes(root)) return { step: "audience", arm: null, path: plain };
  return { step: "check", arm: null, path: plain };
}
