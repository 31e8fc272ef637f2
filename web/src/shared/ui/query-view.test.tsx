import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { Problem } from "../api/problem";
import { show } from "../../testing/show";
import { EmptyState } from "./empty-state";
import { Panel } from "./panel";
import { QueryView } from "./query-view";

const query = { data: undefined as string[] | undefined, error: null as unknown, isPending: false, refetch: vi.fn() };
const view = (state: Partial<typeof query>) => (
  <QueryView query={{ ...query, ...state }} isEmpty={(data) => data.length === 0} empty={<EmptyState title="None yet" />}>
    {(data) => <p>{data.join()}</p>}
  </QueryView>
);

it("shows the cause, the cure and the request of a problem, and tries again when asked", async () => {
  const problem = new Problem({ status: 503, code: "unavailable", detail: "The warehouse rests.", cure: "Wake it.", request_id: "req_1" });
  const refetch = vi.fn();
  await show(view({ error: problem, refetch }));
  expect(screen.getByRole("alert")).toHaveTextContent(/The warehouse rests.*Wake it.*req_1/);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(refetch).toHaveBeenCalled();
});

it("keeps old data beside the problem of a later call", async () => {
  await show(view({ data: ["old"], error: new Problem({ status: 0, code: "offline" }) }));
  expect(screen.getByText("old")).toBeVisible();
  expect(screen.getByRole("alert")).toHaveTextContent("No answer from Tributary");
});

it("says why there is nothing", async () => {
  await show(view({ data: [] }));
  expect(screen.getByText("None yet")).toBeVisible();
});

it("keeps a panel that breaks from taking the others with it", async () => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const Broken = () => {
    throw new Error("It broke.");
  };
  await show(<><Panel title="One"><Broken /></Panel><Panel title="Two"><p>well</p></Panel></>);
  expect(screen.getByRole("region", { name: "One" })).toHaveTextContent("It broke.");
  expect(screen.getByText("well")).toBeVisible();
});
