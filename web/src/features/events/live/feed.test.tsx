import { meOptions } from "@shared/session";
import { useQuery } from "@tanstack/react-query";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { fakeApi, show } from "../../../testing/show";
import { Feed } from "./feed";

let made = 0;
const event = (more = {}) => {
  made += 1;
  return {
    id: `1-${made}`, message_id: `m-${made}`, status: "stored", event: `Event ${made}`, type: "track", source_id: "src_1", profile_id: null, raw: { properties: { n: made } },
    canonical: null, changes: {}, received_at: "2026-11-23T10:00:00Z", timestamp: "2026-11-23T10:00:00Z", reason: null, reason_text: null, detail: null, quarantine_id: null, stands_for: 1, ...more,
  };
};
const page = (items: object[], total = items.length) => ({ items, cursor: "c", total, shown: items.length, is_sampled: total > items.length, is_masked: true });

/** An API that answers looks one after the other with these pages, and then with nothing. */
const looks = (...pages: object[]) =>
  fakeApi({
    "GET /api/v1/me": { name: "Li", scopes: ["events:read"], workspace: { timezone: "UTC", currency: "CNY" } },
    "GET /api/v1/bootstrap": { collector_url: "https://in.example" },
    "GET /api/v1/events/recent": () => pages.shift() ?? page([]),
  });

function Loaded() {
  return useQuery(meOptions()).data ? <Feed search={{}} onSearch={() => {}} sourceNames={new Map([["src_1", "Web shop"]])} /> : null;
}

it("shows what arrives by itself, stands still while an event is open, and goes on when asked to", async () => {
  made = 0;
  looks(page([event()]), page([event()]), page([event(), event()]));
  await show(<Loaded />);
  expect(await screen.findByText("Event 2", {}, { timeout: 4_000 })).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: /^Event 1,/ }));
  const pill = await screen.findByRole("button", { name: /2 new events/ }, { timeout: 4_000 });
  expect(screen.queryByText("Event 4")).not.toBeInTheDocument();
  await userEvent.keyboard("{Escape}");
  expect(screen.getByText("Paused while you read")).toBeInTheDocument();
  await userEvent.click(pill);
  expect(await screen.findByText("Event 4")).toBeInTheDocument();
  expect(screen.getByText("Live")).toBeInTheDocument();
});

it("is paused and resumed with a key", async () => {
  made = 0;
  looks(page([event()]));
  await show(<Loaded />);
  await screen.findByText("Event 1");
  await userEvent.keyboard("p");
  expect(screen.getByText("Paused")).toBeInTheDocument();
  await userEvent.keyboard("p");
  expect(screen.getByText("Live")).toBeInTheDocument();
});

it("says what was left out, and why an event is in quarantine", async () => {
  made = 0;
  looks(page([event({ status: "quarantined", reason_text: "It has no name. Give it one.", detail: "No `event`.", quarantine_id: "qtn_1" })], 5_400));
  await show(<Loaded />);
  expect(await screen.findByText("1 of 5,400 in 24 hours")).toBeInTheDocument();
  expect(screen.getByText("Sampled")).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: /^Event 1,/ }));
  expect(screen.getByText(/It has no name\. Give it one\./)).toBeInTheDocument();
});

it("keeps what it shows when a later look fails, and says so", async () => {
  made = 0;
  let isDown = false;
  const first = page([event()]);
  fakeApi({
    "GET /api/v1/me": { name: "Li", scopes: [], workspace: { timezone: "UTC", currency: "CNY" } },
    "GET /api/v1/bootstrap": {},
    "GET /api/v1/events/recent": () => {
      if (isDown) return Response.json({ status: 503, code: "unavailable", detail: "The warehouse does not answer.", cure: "Wait." }, { status: 503 });
      isDown = true;
      return first;
    },
  });
  await show(<Loaded />);
  await screen.findByText("Event 1");
  await waitFor(() => expect(screen.getByText("The warehouse does not answer.")).toBeInTheDocument(), { timeout: 4_000 });
  expect(screen.getByText("Event 1")).toBeInTheDocument();
  expect(screen.getByRole("button", { name: /Reveal personal data/ })).toBeDisabled();
});
