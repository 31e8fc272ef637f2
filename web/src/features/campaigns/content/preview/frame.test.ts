import { expect, it, vi } from "vitest";
import { hasRemotePictures } from "./frame";
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

it.each([
  ['<img width="1" src="https://shop.example/a.png">', true],
  ["<img src=//cdn.example/a.png>", true],
  ['<td style="background:url(http://shop.example/b.png)">', true],
  ['<td background="https://shop.example/b.png">', true],
  ['<img src="data:image/png;base64,AA==">', false],
  ['<img src="/assets/logo.svg"><a href="https://shop.example/">shop</a>', false],
])("knows whether pictures of a mail would be asked of other servers: %s", (html, is) => expect(hasRemotePictures(html)).toBe(is));
