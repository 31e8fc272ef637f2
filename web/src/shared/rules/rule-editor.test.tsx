import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { fakeApi, show } from "../../testing/show";
import { RuleEditor } from "./rule-editor";
import { sampleCatalog } from "./sample-catalog";
import type { Rule } from "./wire";

const catalog = sampleCatalog();
type Props = Partial<Parameters<typeof RuleEditor>[0]>;

/** An editor as a screen holds it; gives the rule as it is now. */
async function edit(start: unknown, props: Props = {}) {
  const told = vi.fn();
  const Screen = () => {
    const [rule, setRule] = useState(start as Rule);
    const take = (next: Rule) => {
      told(next);
      setRule(next);
    };
    return <RuleEditor value={rule} onChange={take} catalog={catalog} {...props} />;
  };
  await show(<Screen />);
  return { told, rule: () => (told.mock.lastCall?.[0] ?? start) as Rule };
}

const vip = { kind: "audience", audience: "aud_1" };
const adult = { kind: "trait", trait: "age", op: "gte", value: 18 };
const both = { kind: "all", rules: [adult, vip] };
const handles = () => screen.getAllByRole("button", { name: /^Move: / });

beforeEach(() => {
  fakeApi({ "GET /api/v1/fields/values": { items: [], is_hidden: false, is_exact: true } });
});

describe("the keyboard", () => {
  it("moves, duplicates, copies and removes what is held, and takes all of it back", async () => {
    const { rule } = await edit(both);
    act(() => handles()[0]?.focus());
    await userEvent.keyboard("{Alt>}{ArrowDown}{/Alt}");
    expect(rule()).toEqual({ kind: "all", rules: [vip, adult] });
    await userEvent.keyboard("{Control>}d{/Control}");
    expect(rule()).toEqual({ kind: "all", rules: [vip, adult, adult] });
    await userEvent.keyboard("{Control>}c{/Control}");
    await userEvent.keyboard("{Control>}v{/Control}");
    expect(rule()).toEqual({ kind: "all", rules: [vip, adult, adult, adult] });
    await userEvent.keyboard("{Delete}");
    await userEvent.keyboard("{Delete}");
    expect(rule()).toEqual({ kind: "all", rules: [vip, adult] });
    for (let count = 0; count < 5; count += 1) await userEvent.keyboard("{Control>}z{/Control}");
    expect(rule()).toEqual(both);
    await userEvent.keyboard("{Control>}{Shift>}z{/Shift}{/Control}");
    expect(rule()).toEqual({ kind: "all", rules: [vip, adult] });
  });

  it("keeps the focus on what was moved", async () => {
    await edit(both);
    act(() => handles()[0]?.focus());
    await userEvent.keyboard("{Alt>}{ArrowDown}{/Alt}");
    expect(document.activeElement).toBe(handles()[1]);
  });
});

describe("typing", () => {
  it("is one step back, however many digits", async () => {
    const { rule } = await edit(both);
    const input = screen.getByRole("spinbutton", { name: "Number" });
    await userEvent.clear(input);
    await userEvent.type(input, "65");
    expect(rule()).toEqual({ kind: "all", rules: [{ ...adult, value: 65 }, vip] });
    await userEvent.keyboard("{Control>}z{/Control}");
    expect(rule()).toEqual(both);
  });

  it("of a list may be a pasted column", async () => {
    const { rule } = await edit({ kind: "trait", trait: "city", op: "in", value: ["北京"] });
    await userEvent.click(screen.getByRole("combobox", { name: "Values" }));
    await userEvent.paste("上海\n广州， 深圳;北京\n");
    expect(rule()).toEqual({ kind: "trait", trait: "city", op: "in", value: ["北京", "上海", "广州", "深圳"] });
  });
});

describe("what the server says", () => {
  const rule = { kind: "all", rules: [{ kind: "trait", trait: "city", op: "in" }, { ...adult, value: -1 }] };
  const problems = [
    { path: "all[0].value", message: "Needs a value.", cure: "Add one." },
    { path: "all[1].value", message: "Nobody is that young.", cure: "Take a number from 0." },
  ];

  it("stands at the condition that it is about; what is not filled in yet is no mistake before saving", async () => {
    await edit(rule, { problems });
    expect(screen.getByRole("alert")).toHaveTextContent("Nobody is that young. Take a number from 0.");
    expect(within(screen.getByRole("group", { name: /^age/ })).getByRole("alert")).toBeVisible();
    expect(screen.queryByText("Fill this in.")).toBeNull();
  });

  it("is a mistake everywhere once somebody tried to save", async () => {
    await edit(rule, { problems, isStrict: true });
    expect(within(screen.getByRole("group", { name: /^city/ })).getByText("Fill this in.")).toBeVisible();
  });

  it("offers the names that were meant", async () => {
    const notes = [{ path: "all[0].event", message: "No event “Ordr” has ever arrived.", suggestions: ["Order Completed"] }];
    const { rule: now } = await edit({ kind: "all", rules: [{ kind: "event", event: "Ordr" }] }, { notes });
    await userEvent.click(screen.getByRole("button", { name: "Use “Order Completed”" }));
    expect(now()).toEqual({ kind: "all", rules: [{ kind: "event", event: "Order Completed" }] });
  });
});

describe("numbers", () => {
  const steps = [
    { path: "all[0]", alone: 900, after: 900 },
    { path: "all[1]", alone: 40, after: 12 },
  ];

  it("stand beside their conditions and lead to the people", async () => {
    const onCount = vi.fn();
    await edit(both, { steps, onCount });
    await userEvent.click(screen.getByRole("button", { name: "12 left" }));
    expect(onCount).toHaveBeenLastCalledWith(both, expect.stringContaining("VIP"));
    await userEvent.click(screen.getByRole("button", { name: "40 alone" }));
    expect(onCount).toHaveBeenLastCalledWith(vip, expect.anything());
  });

  it("go with their condition when it moves", async () => {
    await edit(both, { steps });
    act(() => handles()[0]?.focus());
    await userEvent.keyboard("{Alt>}{ArrowDown}{/Alt}");
    expect(within(screen.getByRole("group", { name: /VIP/ })).getByText("40 alone")).toBeVisible();
  });
});

it("shows what it does not know, and keeps it", async () => {
  const unknown = { kind: "sequence", steps: ["a", "b"] };
  const { rule } = await edit({ kind: "all", rules: [unknown, vip] });
  expect(screen.getByText(/"kind":"sequence"/)).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: /^Remove: .*VIP/ }));
  expect(rule()).toEqual({ kind: "all", rules: [unknown] });
});

it("says for whom a negative condition holds too, and leaves them out when asked", async () => {
  const not = { kind: "trait", trait: "city", op: "not_in", value: ["上海"] };
  const { rule } = await edit({ kind: "all", rules: [not] });
  await userEvent.click(screen.getByRole("button", { name: "Leave them out" }));
  expect(rule()).toEqual({ kind: "all", rules: [not, { kind: "trait", trait: "city", op: "is_set" }] });
  expect(screen.queryByRole("button", { name: "Leave them out" })).toBeNull();
});

it("takes a rule from outside, and back again with undo", async () => {
  const told = vi.fn();
  const Screen = () => {
    const [rule, setRule] = useState<Rule>(both as Rule);
    return (
      <>
        <button type="button" onClick={() => setRule(vip as Rule)}>Template</button>
        <RuleEditor value={rule} onChange={(next) => { told(next); setRule(next); }} catalog={catalog} />
      </>
    );
  };
  await show(<Screen />);
  await userEvent.click(screen.getByRole("button", { name: "Template" }));
  expect(handles()).toHaveLength(1);
  await userEvent.click(screen.getByRole("button", { name: /^Undo/ }));
  expect(told).toHaveBeenLastCalledWith(both);
});
