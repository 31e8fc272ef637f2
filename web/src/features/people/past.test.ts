import { expect, it } from "vitest";
import { comparePast } from "./past";

const said = (value: unknown) => ({ value, source_id: "src_1", timestamp: "2026-01-01T00:00:00Z", message_id: "m" });

it("tells traits that changed, came and went before those that stayed", () => {
  const then = { city: said("上海"), level: said("gold"), likes: said(["a", "b"]), same: said(1) };
  const today = { same: said(1), likes: said(["a", "b"]), city: said("北京"), email: said("a***@b") };
  expect(comparePast({ traits: then }, { traits: today }).map(({ name, change }) => [name, change])).toEqual([
    ["city", "changed"], ["email", "new"], ["level", "gone"], ["same", "same"], ["likes", "same"],
  ]);
});
