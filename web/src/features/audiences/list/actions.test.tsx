import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { Button } from "antd";
import { expect, it } from "vitest";
import { fakeApi, show } from "../../../testing/show";
import { useAudienceActions } from "./actions";

const rows = [{ id: "aud_1", name: "One" }, { id: "aud_2", name: "Two" }];

function Archiving() {
  const actions = useAudienceActions();
  return <Button onClick={() => void actions.archive(rows)}>Archive</Button>;
}

it("archives at once, tells what was refused, and brings back only what it put away", async () => {
  const asked = fakeApi({
    "POST /api/v1/audiences/aud_1/archive": {},
    "POST /api/v1/audiences/aud_2/archive": () => Response.json({ status: 409, code: "in_use", detail: "A campaign builds on “Two”." }, { status: 409 }),
    "POST /api/v1/audiences/aud_1/unarchive": {},
  });
  await show(<Archiving />);
  await userEvent.click(screen.getByRole("button", { name: "Archive" }));
  expect(await screen.findByText("“One” archived")).toBeVisible();
  expect(await screen.findByText("A campaign builds on “Two”.")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "Undo" }));
  expect(await screen.findByText("“One” is back")).toBeVisible();
  await waitFor(() => expect(asked.map((request) => new URL(request.url).pathname.split("/").slice(-2).join("/"))).toEqual(["aud_1/archive", "aud_2/archive", "aud_1/unarchive"]));
});
