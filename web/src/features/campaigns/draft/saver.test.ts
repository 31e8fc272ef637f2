import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "@shared/api/problem";
import { DraftSaver, type Saved } from "./saver";

/** A server with one text, that can be away, and that others may write to. */
function start() {
  const server = { text: "old", revision: 1, calls: 0, isAway: false, refusal: null as Problem | null };
  const load = async (): Promise<Saved<string>> => ({ draft: server.text, revision: server.revision });
  const saver = new DraftSaver<string>({
    saved: { draft: "old", revision: 1 },
    load,
    save: async (draft, base) => {
      server.calls += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (server.isAway) throw new Problem({ status: 0 });
      if (server.refusal) throw server.refusal;
      if (base.revision !== server.revision) throw new Problem({ status: 409 });
      server.text = draft;
      server.revision += 1;
      return { draft, revision: server.revision };
    },
  });
  return { server, saver };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("saving a draft", () => {
  it("waits for a pause, and sends what is newest", async () => {
    const { server, saver } = start();
    for (const text of ["n", "ne", "new"]) {
      saver.change(text);
      await vi.advanceTimersByTimeAsync(500);
    }
    expect(server.calls).toBe(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server).toMatchObject({ text: "new", calls: 1 });
    expect(saver.state.kind).toBe("saved");
    expect(saver.isDirty).toBe(false);
  });

  it("saves what was typed while it was saving", async () => {
    const { server, saver } = start();
    saver.change("first");
    await vi.advanceTimersByTimeAsync(850);
    saver.change("second");
    expect(saver.isDirty).toBe(true);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(server).toMatchObject({ text: "second", calls: 2 });
  });

  it("tries again until the server is back", async () => {
    const { server, saver } = start();
    server.isAway = true;
    saver.change("kept");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(saver.state).toMatchObject({ kind: "failed", isRetrying: true });
    server.isAway = false;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.text).toBe("kept");
    expect(saver.state.kind).toBe("saved");
  });

  it("does not repeat what the server refuses, but tries the next change", async () => {
    const { server, saver } = start();
    server.refusal = new Problem({ status: 422 });
    saver.change("wrong");
    await vi.advanceTimersByTimeAsync(120_000);
    expect(server.calls).toBe(1);
    expect(saver.state).toMatchObject({ kind: "failed", isRetrying: false });
    server.refusal = null;
    saver.change("right");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(server.text).toBe("right");
  });

  it.each(["mine", "theirs"] as const)("asks when somebody else has saved, and goes on with %s", async (choice) => {
    const { server, saver } = start();
    Object.assign(server, { text: "theirs", revision: 7 });
    saver.change("mine");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(saver.state).toMatchObject({ kind: "conflict", theirs: { draft: "theirs", revision: 7 } });
    saver.change("mine"); // typing on saves nothing before the answer
    await vi.advanceTimersByTimeAsync(2_000);
    expect(server.text).toBe("theirs");
    expect(saver.resolve(choice)).toBe(choice);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(server.text).toBe(choice);
    expect(saver.isDirty).toBe(false);
  });

  it("flushes at once", async () => {
    const { server, saver } = start();
    saver.change("now");
    const done = saver.flush();
    await vi.advanceTimersByTimeAsync(200);
    expect(await done).toBe(true);
    expect(server).toMatchObject({ text: "now", calls: 1 });
  });
});
