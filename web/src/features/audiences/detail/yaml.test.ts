import { expect, it } from "vitest";
import { toYaml } from "./yaml";

it("writes what a reader of YAML cannot take for something else", () => {
  const rule = {
    name: "yes", note: "a: b # c", empty: "", count: 3, is_on: true, nothing: null, skipped: undefined,
    rule: { kind: "all", rules: [{ kind: "trait", trait: "城市", op: "in", value: ["上海", "no", "12"] }, { kind: "any", rules: [] }, { kind: "not", rule: { kind: "all", rules: [{ a: 1 }] } }] },
  };
  expect(toYaml(rule)).toBe(`name: "yes"
note: "a: b # c"
empty: ""
count: 3
is_on: true
nothing: null
rule:
  kind: all
  rules:
    - kind: trait
      trait: "城市"
      op: in
      value: ["上海", "no", "12"]
    - kind: any
      rules: []
    - kind: not
      rule:
        kind: all
        rules:
          - a: 1
`);
});
