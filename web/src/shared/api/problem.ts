import type { components } from "./schema";

type ProblemBody = components["schemas"]["Problem"];

/** An answer of the API that is no success: what happened, where, and what to do about it. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly cure: string | null;
  readonly path: string | null;
  readonly errors: { path: string; message: string }[];
  readonly requestId: string | null;

  constructor(body: Partial<ProblemBody> & { status: number }) {
    super(body.detail ?? "");
    this.status = body.status;
    this.code = body.code ?? "unknown";
    this.title = body.title ?? "";
    this.cure = body.cure ?? null;
    this.path = body.path ?? null;
    this.errors = body.errors ?? [];
    this.requestId = body.request_id ?? null;
  }
}

/** No answer came at all: the server is away, or the network is. */
export const OFFLINE = 0;

/** Any thrown thing as a problem. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof TypeError && /fetch|network|load failed/i.test(thrown.message))
    return new Problem({ status: OFFLINE, code: "offline" });
  return new Problem({ status: -1, code: "page_error", detail: thrown instanceof Error ? thrown.message : String(thrown) });
}
