import { useQuery } from "@tanstack/react-query";
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";
import { meOptions } from "@shared/session";
import { fakeApi, show } from "../../../testing/show";
import type { Choice } from "./choice";
import { ChoiceDrawer } from "./choice-drawer";
import { type Done, Outcome } from "./outcome";

const PLACE = "/api/v1/identity/golden-record";
const city: Choice = { trait: "city", label: "City", is_personal: false, strategy: "most_recent", sources: [], is_default: true };
const ada = { id: "prf_1", name: "A***", email: null, identifiers: [], traits: {}, last_seen: null };
const sources = [{ id: "src_web", name: "Website", kind: "web" }, { id: "src_crm", name: "CRM", kind: "server" }, { id: "src_own", name: "Tributary", kind: "internal" }];

function Screen() {
  const [done, setDone] = useState<Done>();
  const [isOpen, setOpen] = useState(true);
  const { isPending } = useQuery(meOptions());
  if (isPending) return null;
  return (
    <>
      {done && <Outcome done={done} onDone={setDone} onClose={() => setDone(undefined)} />}
      <ChoiceDrawer trait={isOpen ? "city" : undefined} choice={city} isLoaded onClose={() => setOpen(false)} onDone={setDone} />
    </>
  );
}

const api = (scopes: string[], preview: unknown) =>
  fakeApi({
    "GET /api/v1/me": { scopes },
    "GET /api/v1/sources": { items: sources },
    [`POST ${PLACE}/preview`]: preview,
    [`PUT ${PLACE}`]: async (request: Request) => {
      const wanted = (await request.json()) as Choice;
      return { item: { ...city, ...wanted, is_default: wanted.strategy === "most_recent" }, job_id: `job_${wanted.strategy}` };
    },
    "GET /api/v1/jobs/job_source_priority": { id: "job_source_priority", state: "succeeded", done: 2, total: 2 },
    "GET /api/v1/jobs/job_most_recent": { id: "job_most_recent", state: "succeeded", done: 2, total: 2 },
  });

const bodies = (asked: Request[], method: string, path: string) =>
  Promise.all(asked.filter((each) => each.method === method && new URL(each.url).pathname === path).map((each) => each.clone().json()));

it("is ordered with the keyboard, tried on people, saved, and taken back", async () => {
  const asked = api(["identity:read", "identity:write", "sources:read"], { people: 200, changed: 12, examples: [{ person: ada, before: "Beijing", after: ["Beijing"] }] });
  await show(<Screen />);
  await screen.findByRole("button", { name: "Save for everybody" });
  await userEvent.click(screen.getByRole("radio", { name: /^Best source first/ }));
  const order = await screen.findByRole("region", { name: "Sources, the best first" });
  within(order).getByRole("button", { name: "Move CRM up" }).focus();
  await userEvent.keyboard("{Enter}");
  expect(await screen.findByText("Would change 12 of 200 people looked at", {}, { timeout: 3000 })).toBeVisible();
  const row = screen.getByRole("row", { name: /A\*\*\*/ });
  expect(row).toHaveTextContent(/Beijing.*List: Beijing/);
  await userEvent.click(screen.getByRole("button", { name: "Save for everybody" }));
  expect(await screen.findByText("City: Best source first: CRM → Website")).toBeVisible();
  await userEvent.click(await screen.findByRole("button", { name: "Undo" }));
  expect(await screen.findByText("Undone. City: Most recent")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
  const wanted = { trait: "city", strategy: "source_priority", sources: ["src_crm", "src_web"] };
  expect((await bodies(asked, "POST", `${PLACE}/preview`)).at(-1)).toEqual(wanted);
  expect(await bodies(asked, "PUT", PLACE)).toEqual([wanted, { trait: "city", strategy: "most_recent", sources: [] }]);
});

it("may be tried but not saved without the right, and says what went wrong with the trial", async () => {
  const asked = api(["identity:read"], () => Response.json({ status: 503, code: "unavailable", detail: "The warehouse cannot answer." }, { status: 503 }));
  await show(<Screen />);
  expect(await screen.findByText("You may try other choices here, but not save them (identity:write).")).toBeVisible();
  await userEvent.click(screen.getByRole("radio", { name: /^Largest/ }));
  expect(await screen.findByText("The warehouse cannot answer.", {}, { timeout: 3000 })).toBeVisible();
  expect(screen.getByRole("button", { name: "Save for everybody" })).toBeDisabled();
  await userEvent.click(screen.getByRole("radio", { name: /^Best source first/ }));
  expect(await screen.findAllByText("Name at least one source.")).not.toHaveLength(0);
  await waitFor(async () => expect(await bodies(asked, "POST", `${PLACE}/preview`)).toHaveLength(1));
});

it("goes on after it was stopped, with what was chosen", async () => {
  const asked = fakeApi({
    [`PUT ${PLACE}`]: () => ({ item: { ...city, strategy: "max", is_default: false }, job_id: "job_2" }),
    "GET /api/v1/me": { scopes: [] },
    "GET /api/v1/jobs/job_1": { id: "job_1", state: "cancelled", done: 1, total: 2 },
    "GET /api/v1/jobs/job_2": { id: "job_2", state: "succeeded", done: 2, total: 2 },
  });
  function Stopped() {
    const [done, setDone] = useState<Done>({ item: { ...city, strategy: "max", is_default: false }, former: city, jobId: "job_1" });
    return useQuery(meOptions()).data ? <Outcome done={done} onDone={setDone} onClose={() => {}} /> : null;
  }
  await show(<Stopped />);
  await userEvent.click(await screen.findByRole("button", { name: "Go on" }));
  expect(await screen.findByText("Everybody was chosen anew")).toBeVisible();
  expect(await bodies(asked, "PUT", PLACE)).toEqual([{ trait: "city", strategy: "max", sources: [] }]);
  expect(screen.getByRole("button", { name: "Undo" })).toBeVisible();
});
