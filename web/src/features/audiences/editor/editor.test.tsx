import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { sampleCatalog } from "@shared/rules/sample-catalog";
import type { Rule } from "@shared/rules/wire";
import { fakeApi, show } from "../../../testing/show";
import { EditorForm } from "./editor-form";
import type { Audience, Draft } from "./model";
import { templatesOf } from "./templates";

vi.mock("@shared/session", () => ({ useMay: () => true, useMe: () => ({ scopes: [] }) }));

const catalog = sampleCatalog();
const SLOW = { timeout: 8_000 }; // counts come after a pause, and machines are busy
const vip: Rule = { kind: "audience", audience: "aud_1" };
const start: Draft = { name: "VIPs", description: "", kind: "dynamic", schedule: "hourly", rule: vip, note: "" };
const saved = { id: "aud_9", ...start, version: 1, sentence: "in VIP", updated_at: "2026-11-01T00:00:00Z" } as unknown as Audience;
const estimate = {
  size: 7, people: 100, is_exact: true, margin: null, sentence: "in VIP", sample: [], sample_people: [], notes: [], computed_at: "2026-11-01T00:00:00Z", duration_ms: 12,
  steps: [{ path: "", kind: "audience", depth: 0, sentence: "in VIP", alone: 7, after: 7 }],
};
const explained = { sentence: "in VIP", problems: [] };
const COUNT = "POST /api/v1/audiences/estimate";

interface Answers {
  [route: string]: unknown;
}

const open = (answers: Answers = {}, state: { start?: Draft; saved?: Audience | null } = {}) => {
  const asked = fakeApi({ "POST /api/v1/rules/explain": explained, [COUNT]: estimate, ...answers });
  return { asked, shown: show(<EditorForm start={state.start ?? start} saved={state.saved ?? null} catalog={catalog} />) };
};

beforeEach(() => {
  vi.useRealTimers();
});

describe("the live count", () => {
  it("comes by itself, and says how fresh and how large a share it is", async () => {
    await open().shown;
    expect(await screen.findByRole("button", { name: "7" }, SLOW)).toBeVisible();
    expect(screen.getByText("7% of 100 people")).toBeVisible();
    expect(screen.getByText(/Counted in 12 ms/)).toBeVisible();
  });

  it("of an older rule is stopped: the call is dropped, and the next one names the same editor", async () => {
    const keys: unknown[] = [];
    const dropped: boolean[] = [];
    const { shown } = open({
      [COUNT]: async (request: Request) => {
        keys.push(((await request.clone().json()) as { key: unknown }).key);
        const place = dropped.push(false) - 1;
        if (place > 0) return estimate;
        return new Promise((_, reject) => {
          request.signal.addEventListener("abort", () => {
            dropped[place] = true;
            reject(new DOMException("", "AbortError"));
          });
        });
      },
    });
    await shown;
    await waitFor(() => expect(keys).toHaveLength(1), SLOW);
    await userEvent.click(screen.getByRole("button", { name: /^More for/ }));
    await userEvent.click(await screen.findByRole("menuitem", { name: /Duplicate/ }));
    await waitFor(() => expect(keys).toHaveLength(2), SLOW);
    expect(dropped).toEqual([true, false]);
    expect(keys[1]).toBe(keys[0]);
  });

  it("waits while something is missing in the rule", async () => {
    const { asked, shown } = open({ "POST /api/v1/rules/explain": { sentence: null, problems: [{ path: "audience", message: "Which?", cure: null, is_blocking: true }] } });
    await shown;
    expect(await screen.findByText("Waits for 1 marked place", {}, SLOW)).toBeVisible();
    await new Promise((done) => setTimeout(done, 600));
    expect(asked.some((request) => request.url.endsWith("/estimate"))).toBe(false);
  });

  it("that takes too long can be had from a sample", async () => {
    const { asked, shown } = open({
      [COUNT]: async (request: Request) => {
        const { sample } = (await request.clone().json()) as { sample: boolean };
        if (sample) return { ...estimate, is_exact: false, size: 4_800, people: 90_000, margin: 130 };
        return Response.json({ status: 503, code: "budget_exceeded", detail: "It takes too long to count." }, { status: 503 });
      },
    });
    await shown;
    expect(await screen.findByText("It takes too long to count.", {}, SLOW)).toBeVisible();
    await userEvent.click(screen.getByText("Sample, faster"));
    expect(await screen.findByRole("button", { name: "~4,800 ± 130" }, SLOW)).toBeVisible();
    expect(asked.length).toBeGreaterThan(2);
  });
});

describe("saving", () => {
  it("asks for what is missing first", async () => {
    const { asked, shown } = open({}, { start: { ...start, name: " " } });
    await shown;
    await userEvent.click(screen.getByRole("button", { name: "Create audience" }));
    expect(screen.getByRole("textbox", { name: "Name" })).toHaveFocus();
    expect(screen.getAllByText("Give it a name.").length).toBeGreaterThan(0);
    expect(asked.some((request) => request.method === "POST" && request.url.endsWith("/audiences"))).toBe(false);
  });

  it("over somebody else's change shows theirs beside mine, and saves mine on top when told to", async () => {
    const bodies: { base_version: number }[] = [];
    const theirs = { ...saved, version: 2, sentence: "in VIP or new" };
    const { shown } = open(
      {
        "PATCH /api/v1/audiences/aud_9": async (request: Request) => {
          const body = (await request.json()) as { base_version: number };
          bodies.push(body);
          return body.base_version === 2 ? { ...theirs, version: 3 } : Response.json({ status: 409, code: "conflict", detail: "Version 2 is newer." }, { status: 409 });
        },
        "GET /api/v1/audiences/aud_9": theirs,
        "GET /api/v1/audiences/aud_9/diff": {
          before: 1, after: 2, sentence_before: "", sentence_after: "",
          changes: [{ path: "any[1]", kind: "added", before: null, after: {}, sentence_before: null, sentence_after: "is new" }],
        },
      },
      { saved },
    );
    await shown;
    await userEvent.type(screen.getByRole("textbox", { name: "Name" }), " of spring");
    await userEvent.click(screen.getByRole("button", { name: "Save changes" }));
    const dialog = await screen.findByRole("dialog", {}, SLOW);
    expect(dialog).toHaveTextContent(/version 2.*in VIP or new/s);
    expect(await screen.findByText("is new", {}, SLOW)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Save mine as version 3" }));
    await waitFor(() => expect(bodies).toHaveLength(2));
    expect(bodies[1]).toEqual({ base_version: 2, note: "", name: "VIPs of spring" });
  });
});

describe("templates", () => {
  it("are made of what has arrived, and of nothing else", () => {
    const found = templatesOf(catalog);
    expect(found.map((each) => each.key)).toEqual(["recent", "lapsed", "spenders", "newcomers", "birthday"]);
    const named = JSON.stringify(found.map((each) => each.rule)).match(/"(?:event|trait|property)":"[^"]+"/g) ?? [];
    const known = [...catalog.events.flatMap((event) => [event.name, ...event.properties.map((field) => field.name)]), ...catalog.traits.map((field) => field.name)];
    for (const each of named) expect(known).toContain(JSON.parse(`{${each}}`)[each.split('"')[1] ?? ""]);
  });
});
