import { expect, it } from "vitest";
import { nameOf } from "./person-words";

const person = (fields: Partial<Parameters<typeof nameOf>[0]>) => ({ name: null, email: null, identifiers: [], ...fields }) as Parameters<typeof nameOf>[0];
const known = (type: string, value: string) => ({ type, value, first_seen: "2026-11-01T00:00:00Z", source_id: "src_1" });

it("calls somebody by name, then by what identifies them, and never by the id of a browser", () => {
  expect(nameOf(person({ name: "林*", email: "l***@example.org" }))).toBe("林*");
  expect(nameOf(person({ email: "l***@example.org" }))).toBe("l***@example.org");
  expect(nameOf(person({ identifiers: [known("anonymous_id", "e4a4cad0"), known("wechat_openid:app", "o****1")] }))).toBe("o****1");
  expect(nameOf(person({ identifiers: [known("anonymous_id", "e4a4cad0"), known("device_id", "d-1")] }))).toBeNull();
});
