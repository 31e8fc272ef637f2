import { screen, waitFor, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { ownStore } from "@shared/session/browser-store";
import { fakeApi, show } from "../../../testing/show";
import { ChangedParts } from "./changed-parts";
import { ConflictDialog } from "./conflict-dialog";
import { SaveStatus } from "./save-status";
import { SplitStep } from "../split/split-step";
import { type CampaignDetail, useDraft } from "./use-draft";

const campaign = (fields: Partial<CampaignDetail> = {}): CampaignDetail => ({
  id: "cmp_1", name: "Autumn", state: "draft", audience_id: null, audience_name: null, version: 1, revision: 4, launched_version: null, scheduled_at: null,
  launched_at: null, finished_at: null, archived_at: null, error: null, created_by: "usr_1", created_at: "2026-11-01T00:00:00Z", updated_at: "2026-11-01T00:00:00Z",
  sent: 0, headline: null, progress: [],
  content: {
    arms: [
      { name: "a", weight: 90, subject: "Hello", preheader: "", blocks: [{ kind: "text", id: "t", text: "Hi", align: "left" }], html: "", text: "" },
      { name: "holdout", weight: 10, subject: "", preheader: "", blocks: null, html: "", text: "" },
    ],
    goal: null, purpose: "marketing", sender: "", reply_to: "", utm: null, track: ["opens"],
    theme: { brand_color: "#1668dc", text_color: "#1f2329", background: "#f4f5f7", content_background: "#ffffff", font: "Arial", width: 600, is_dark_aware: true },
  },
  ...fields,
});

function Split({ of }: { of: CampaignDetail }) {
  const editor = useDraft(of);
  return (
    <>
      <SaveStatus editor={editor} />
      <ConflictDialog editor={editor} />
      <SplitStep editor={editor} onEdit={() => {}} />
    </>
  );
}

describe("a draft", () => {
  it("saves what changed by itself, on top of the revision that it was made from", async () => {
    const asked = fakeApi({ "PATCH /api/v1/campaigns/cmp_1": () => campaign({ revision: 5 }) });
    await show(<Split of={campaign()} />);
    await userEvent.click(await screen.findByRole("button", { name: /Add a version/ }));
    expect(screen.getByRole("img", { name: "Version a 45%, Version b 45%, and Holdout 10%" })).toBeVisible();
    await waitFor(() => expect(asked).toHaveLength(1), { timeout: 3_000 });
    const body = await asked[0]?.json();
    expect(body.base_revision).toBe(4);
    expect(body.content.arms.map((arm: { name: string; weight: number }) => [arm.name, arm.weight])).toEqual([["a", 450], ["b", 450], ["holdout", 100]]);
    expect(body).not.toHaveProperty("name");
    expect(await screen.findByText(/^Saved/)).toBeVisible();
  });

  it("shows what somebody else has changed, and saves mine on top if I say so", async () => {
    const theirs = campaign({ revision: 9, name: "Winter" });
    let isFirst = true;
    const asked = fakeApi({
      "GET /api/v1/campaigns/cmp_1": theirs,
      "PATCH /api/v1/campaigns/cmp_1": () => {
        if (!isFirst) return campaign({ revision: 10 });
        isFirst = false;
        return Response.json({ status: 409, code: "conflict", detail: "Saved meanwhile." }, { status: 409 });
      },
    });
    await show(<Split of={campaign()} />);
    await userEvent.click(await screen.findByRole("button", { name: /Add a version/ }));
    const dialog = await screen.findByRole("dialog", { name: "Somebody else has saved this campaign" }, { timeout: 3_000 });
    expect(within(dialog).getByText("Winter")).toBeInTheDocument(); // the dialog is still opening
    await userEvent.click(within(dialog).getByRole("button", { name: "Keep mine, save it on top" }));
    await waitFor(() => expect(asked.filter((each) => each.method === "PATCH")).toHaveLength(2), { timeout: 3_000 });
    expect(await asked.at(-1)?.json()).toMatchObject({ base_revision: 9 });
  });

  it("puts back what an earlier visit could not save", async () => {
    const unsaved = campaign();
    unsaved.content = { ...unsaved.content, arms: unsaved.content.arms.slice(0, 1) };
    ownStore.write("draft.cmp_1", JSON.stringify({ revision: 4, draft: { name: "Autumn", audience_id: null, content: unsaved.content } }));
    const asked = fakeApi({ "PATCH /api/v1/campaigns/cmp_1": () => campaign({ revision: 5 }) });
    await show(<Split of={campaign()} />);
    expect(await screen.findByRole("img", { name: "Version a 100%" })).toBeVisible();
    await waitFor(() => expect(asked).toHaveLength(1), { timeout: 3_000 });
    await waitFor(() => expect(ownStore.read("draft.cmp_1")).toBeNull());
  });
});

it("names what differs between two drafts", async () => {
  const { name, audience_id, content } = campaign();
  const before = { name, audience_id, content };
  await show(<ChangedParts before={before} after={{ ...before, content: { ...content, sender: "Shop <a@b.cn>" } }} />);
  expect(await screen.findByRole("listitem")).toHaveTextContent(/Schedulesender.*Theirs: —.*Mine: Shop <a@b.cn>/);
});
