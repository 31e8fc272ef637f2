import { expect, it, vi } from "vitest";
import page from "../../../../../preview-frame.html?raw";

it("shows a mail without any address that a click could go to, and only the mail of the page around it", () => {
  const watch = { observe: vi.fn(), disconnect: vi.fn() };
  vi.stubGlobal("ResizeObserver", vi.fn(function () { return watch; }));
  const script = /<script[^>]*>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? "";
  new Function(script)(); // what the frame runs, which is no module

  const post = (html: string, source: unknown) => dispatchEvent(Object.assign(new Event("message"), { data: { html }, source }));
  post("<p>Somebody else</p>", null);
  expect(document.body.textContent).not.toContain("Somebody else");

  const links = ["a", "b", "c", "d"].map((name) => `<a href="/u/${name}">${name}</a>`).join(" ");
  post(`<html><body>${links}<map><area href="https://shop.example/"></map><svg><a xlink:href="/u/e"></a><a href="/u/f"></a></svg></body></html>`, parent);
  expect(document.body.textContent).toContain("a b c d");
  expect(document.body.innerHTML).not.toMatch(/href/);
});
