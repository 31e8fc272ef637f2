import { OFFLINE, type Problem, asProblem } from "@shared/api/problem";

export interface Saved<Draft> {
  draft: Draft;
  /** Grows with every change that anybody saves. */
  revision: number;
}

export type SaveState<Draft> =
  | { kind: "saved"; at: number | null }
  | { kind: "waiting" } // for a pause in the typing
  | { kind: "saving" }
  | { kind: "failed"; problem: Problem; isRetrying: boolean }
  | { kind: "conflict"; theirs: Saved<Draft> };

interface Options<Draft> {
  saved: Saved<Draft>;
  /** Saves on top of a revision; a `Problem` with status 409 says that there is a newer one. */
  save: (draft: Draft, base: Saved<Draft>) => Promise<Saved<Draft>>;
  load: () => Promise<Saved<Draft>>;
  pause?: number;
  now?: () => number;
}

const RETRIES = [2_000, 5_000, 15_000, 30_000]; // ms
const PASSING: readonly number[] = [OFFLINE, 429, 500, 502, 503, 504];

/**
 * Saves a draft behind the one who writes it: after a pause, never two at once, again when the server comes back, and
 * never over what somebody else has saved.
 */
export class DraftSaver<Draft> {
  state: SaveState<Draft> = { kind: "saved", at: null };
  /** What the server has. */
  saved: Saved<Draft>;
  private draft: Draft;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private isBusy = false;
  private readonly listeners = new Set<() => void>();
  private readonly pause: number;
  private readonly now: () => number;

  constructor(private readonly options: Options<Draft>) {
    this.saved = options.saved;
    this.draft = options.saved.draft;
    this.pause = options.pause ?? 800;
    this.now = options.now ?? Date.now;
  }

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  getState = () => this.state;

  /** Whether leaving now would lose something. */
  get isDirty() {
    return this.draft !== this.saved.draft;
  }

  /** The draft is now this. */
  change(draft: Draft) {
    this.draft = draft;
    if (this.state.kind === "conflict" || this.isBusy) return;
    if (!this.isDirty) this.tell({ kind: "saved", at: this.now() });
    else {
      this.failures = 0;
      this.tell({ kind: "waiting" });
      this.later(this.pause);
    }
  }

  /** Saves at once what is not saved yet; true when the server has everything. */
  async flush(): Promise<boolean> {
    clearTimeout(this.timer);
    while (this.isBusy) await new Promise((resolve) => setTimeout(resolve, 50));
    if (this.state.kind === "conflict") return false;
    if (this.isDirty) await this.send();
    return !this.isDirty;
  }

  /** After a conflict: write mine over theirs, or go on with theirs. */
  resolve(choice: "mine" | "theirs"): Draft {
    if (this.state.kind !== "conflict") return this.draft;
    this.saved = this.state.theirs;
    if (choice === "theirs") this.draft = this.saved.draft;
    this.tell(this.isDirty ? { kind: "waiting" } : { kind: "saved", at: this.now() });
    if (this.isDirty) this.later(0);
    return this.draft;
  }

  /** Something else than this editor has changed it on the server, while nothing was typed here. */
  adopt(saved: Saved<Draft>) {
    this.saved = saved;
    this.draft = saved.draft;
  }

  stop() {
    clearTimeout(this.timer);
  }

  private later(delay: number) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.send(), delay);
  }

  private async send() {
    if (this.isBusy || !this.isDirty) return;
    this.isBusy = true;
    this.tell({ kind: "saving" });
    const sent = this.draft;
    try {
      const answer = await this.options.save(sent, this.saved);
      this.saved = { revision: answer.revision, draft: sent };
      this.failures = 0;
      this.isBusy = false;
      this.tell({ kind: "saved", at: this.now() });
      if (this.isDirty) this.change(this.draft);
    } catch (thrown) {
      await this.fail(asProblem(thrown), sent);
    }
  }

  private async fail(problem: Problem, sent: Draft) {
    try {
      if (problem.status === 409) {
        const theirs = await this.options.load();
        if (theirs.revision !== this.saved.revision) return this.tell({ kind: "conflict", theirs });
      }
    } catch {
      // what came first is told
    } finally {
      this.isBusy = false;
    }
    const isRetrying = PASSING.includes(problem.status);
    this.tell({ kind: "failed", problem, isRetrying });
    if (isRetrying) this.later(RETRIES[Math.min(this.failures++, RETRIES.length - 1)] ?? 30_000);
    else if (this.draft !== sent) this.later(this.pause); // what was typed meanwhile may be right
  }

  private tell(state: SaveState<Draft>) {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}
