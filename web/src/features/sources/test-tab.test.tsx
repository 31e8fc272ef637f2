import { meOptions } from "@shared/session";
import { useQuery } from "@tanstack/react-query";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { fakeApi, show } from "../../testing/show";
import type { Source } from "./health";
import { TestTab } from "./test-tab";

const SOURCE: Source = {
  id: "src_1", name: "Web shop", kind: "web", key_hint: "abcd", is_enabled: true, allowed_origins: [], previous_key_valid_until: null, created_at: "2026-11-01T00:00:00Z",
};
const ME = (...scopes: string[]) => ({ name: "Li", scopes, workspace: { timezone: "UTC", currency: "CNY" } });
const seen = (status: string, more = {}) => ({
  id: "1-0", message_id: "test-1", status, event: "Test Event", type: "track", source_id: "src_1", profile_id: "prf_1", raw: {}, canonical: { event: "Test Event" }, changes: {},
  received_at: "2026-11-23T10:00:00Z", timestamp: "2026-11-23T10:00:00Z", reason: null, reason_text: null, detail: null, quarantine_id: null, stands_for: 1, ...more,
});
const page = (items: object[]) => ({ items, cursor: "c1", total: items.length, shown: items.length, is_sampled: false, is_masked: true });

/** An API where the test event is seen at the third look, as `found`. */
function arriving(found: object) {
  let looks = 0;
  return fakeApi({
    "GET /api/v1/me": ME("sources:write", "events:read"),
    "POST /api/v1/sources/src_1/test-event": () => Response.json({ message_id: "test-1" }, { status: 202 }),
    "GET /api/v1/events/recent": () => page(++looks < 3 ? [] : [seen("stored", { message_id: "another" }), found]),
  });
}

/** The session is loaded before any screen shows; so is it here. */
function Loaded() {
  return useQuery(meOptions()).data ? <TestTab source={SOURCE} /> : null;
}

it("shows a test event arriving, looks for it from where it was sent, and leads to it", async () => {
  const asked = arriving(seen("stored"));
  await show(<Loaded />);
  await userEvent.click(await screen.findByRole("button", { name: /send a test event/i }));
  expect(await screen.findByRole("link", { name: "Open the person" }, { timeout: 5_000 })).toHaveAttribute("href", "/people/prf_1");
  expect(screen.getByText("Stored")).toBeInTheDocument();
  const looks = asked.map((each) => new URL(each.url)).filter((url) => url.pathname.endsWith("/events/recent"));
  expect(looks.at(-1)?.searchParams.get("after")).toBe("c1");
  expect(looks.at(-1)?.searchParams.get("event")).toBe("Test Event");
});

it("says why a test event ended in quarantine", async () => {
  arriving(seen("quarantined", { quarantine_id: "qtn_1", reason_text: "The event has no name. Give it one." }));
  await show(<Loaded />);
  await userEvent.click(await screen.findByRole("button", { name: /send a test event/i }));
  expect(await screen.findByText("The event has no name. Give it one.", {}, { timeout: 5_000 })).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "See it in quarantine" }).getAttribute("href")).toContain("open=qtn_1");
});

it("says what the server says when it does not take the event", async () => {
  fakeApi({
    "GET /api/v1/me": ME("sources:write"),
    "GET /api/v1/events/recent": page([]),
    "POST /api/v1/sources/src_1/test-event": () => Response.json({ status: 503, code: "unavailable", detail: "The log is full.", cure: "Make room." }, { status: 503 }),
  });
  await show(<Loaded />);
  await userEvent.click(await screen.findByRole("button", { name: /send a test event/i }));
  expect(await screen.findByText("The log is full.")).toBeInTheDocument();
  expect(screen.getByText("Make room.")).toBeInTheDocument();
});

it("does not send for those who may not", async () => {
  fakeApi({ "GET /api/v1/me": ME("sources:read") });
  await show(<Loaded />);
  expect(await screen.findByRole("button", { name: /send a test event/i })).toBeDisabled();
});
