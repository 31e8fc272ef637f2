import { Button } from "antd";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { fakeApi, show } from "../../../testing/show";
import { ReplayOutcome } from "./replay-outcome";
import { useReplay } from "./use-replay";

const EVENT = { id: "qtn_1", message_id: "m-1" };
const arrived = (status: string, more = {}) => ({ items: [{ message_id: "m-1", status, reason: null, reason_text: null, ...more }], cursor: "c2", total: 1, shown: 1 });

function Sender({ text }: { text: string }) {
  const replaying = useReplay();
  return (
    <>
      <Button onClick={() => void replaying.corrected(EVENT, text)}>{"Send"}</Button>
      {replaying.replay && <ReplayOutcome replay={replaying.replay} onClose={replaying.forget} />}
    </>
  );
}

it("sends a correction without changing a digit of it, and tells what became of it", async () => {
  let body = "";
  const asked = fakeApi({
    "GET /api/v1/events/recent": (request: Request) => (request.url.includes("after=") ? arrived("changed") : { items: [], cursor: "c1" }),
    "POST /api/v1/quarantine/qtn_1/replay": async (request: Request) => {
      body = await request.text();
      return { count: 1 };
    },
  });
  await show(<Sender text='{"id": 12345678901234567890, "price": 1.50}' />);
  await userEvent.click(screen.getByRole("button", { name: "Send" }));
  expect(await screen.findByText("1 event sent again: 1 stored, standardised")).toBeInTheDocument();
  expect(body).toBe('{"event": {"id": 12345678901234567890, "price": 1.50}}');
  expect(asked.at(-1)?.url).toContain("after=c1");
});

it("tells why an event came back", async () => {
  fakeApi({
    "GET /api/v1/events/recent": (request: Request) => (request.url.includes("after=") ? arrived("quarantined", { reason_text: "It has no name." }) : { items: [], cursor: "c1" }),
    "POST /api/v1/quarantine/qtn_1/replay": { count: 1 },
  });
  await show(<Sender text="{}" />);
  await userEvent.click(screen.getByRole("button", { name: "Send" }));
  expect(await screen.findByText("1 event sent again: 1 back in quarantine")).toBeInTheDocument();
  expect(screen.getByText("It has no name.")).toBeInTheDocument();
});
