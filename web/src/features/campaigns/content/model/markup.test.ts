import { describe, expect, it } from "vitest";
import { type Inline, inline, paragraphs } from "./markup";

/** The tree as the HTML that the server makes of it. */
const html = (nodes: Inline[]): string =>
  nodes
    .map((node) => {
      if (node.type === "text") return node.text;
      if (node.type === "liquid") return node.source;
      if (node.type === "link") return `<a ${node.href}>${html(node.children)}</a>`;
      return `<${node.type}>${html(node.children)}</${node.type}>`;
    })
    .join("");

describe("markup inside a line", () => {
  it.each([
    ["plain", "plain"],
    ["**bold** and *italic*", "<strong>bold</strong> and <em>italic</em>"],
    ["你好**世界**！", "你好<strong>世界</strong>！"],
    ["***both***", "<strong><em>both</em></strong>"],
    ["2 * 3 * 4", "2 * 3 * 4"],
    ["**not closed", "**not closed"],
    ["**a *b** c", "<strong>a *b</strong> c"],
    ["\\*no\\*", "*no*"],
    ["[here](https://a.b/?c=1)", "<a https://a.b/?c=1>here</a>"],
    ["[**x**]({{ profile.link }})", "<a {{ profile.link }}><strong>x</strong></a>"],
    ["**{{ a | times: 2 | plus: b }}**", "<strong>{{ a | times: 2 | plus: b }}</strong>"],
    ["[no](two words)", "[no](two words)"],
    ["****", "****"],
  ])("%s", (source, wanted) => expect(html(inline(source))).toBe(wanted));

  it("loses no letter, whatever is written", () => {
    const letters = ["a", "*", "**", " ", "[", "](", ")", "\\", "{{ x }}", "你", "-"];
    for (let seed = 0; seed < 400; seed++) {
      const source = Array.from({ length: 9 }, (_, at) => letters[(seed * 7 + at * at * (seed % 13) + at) % letters.length]).join("");
      const kept = html(inline(source)).replace(/<\/?(strong|em|a)[^>]*>/g, "");
      for (const word of ["a", "{{ x }}", "你"]) expect(kept.split(word).length).toBeLessThanOrEqual(source.split(word).length);
      expect(kept.split("你").length).toBe(source.split("你").length);
    }
  });
});

describe("paragraphs", () => {
  const read = (source: string) => paragraphs(source).map((group) => [group.type, ...group.lines.map(html)]);
  it("are separated by empty lines, and lists by their marks", () => {
    expect(read("a\nb\n\nc\n- x\n- y\n1. z")).toEqual([["p", "a", "b"], ["p", "c"], ["ul", "x", "y"], ["ol", "z"]]);
  });
  it("keep tags apart that print nothing", () => {
    expect(read("{% if a %}\nyes {{ b }}\n{% endif %}\nno {{ c }}")).toEqual([["p", "yes {{ b }}", "no {{ c }}"]]);
  });
});
