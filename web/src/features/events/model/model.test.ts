import { describe, expect, it } from "vitest";
import { type LiveEvent, curlOf, placesOf, summaryOf, valueAt } from "./event";
import { isMarked, jsonLines } from "./json-lines";
import { doubledName, isJsonObject, jsonFault, layOut } from "./json-text";
import { lineDiff } from "./line-diff";
import { outcomesOf } from "./outcome";
import { EMPTY_STREAM, MOST, type Stream, follow, lastMinute } from "./stream";
import { heightOf, topOf, visible } from "./window";

/** Numbers that only look random, so that a failure comes again. */
function dice(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

function anyJson(roll: (below: number) => number, depth = 0): unknown {
  const plain = [null, true, false, 0, -1.5, 1e21, "", "a\"b\\c", "中文 \n", "0", 12345];
  if (depth > 3 || roll(3) === 0) return plain[roll(plain.length)];
  const size = roll(4);
  if (roll(2)) return Array.from({ length: size }, () => anyJson(roll, depth + 1));
  return Object.fromEntries(Array.from({ length: size }, (_, index) => [`k${index}${"\"\\".slice(0, roll(3))}`, anyJson(roll, depth + 1)]));
}

const parses = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe("JSON as text", () => {
  it("is judged as the browser judges it, also when a character is lost, doubled or another one", () => {
    const roll = dice(7);
    for (let round = 0; round < 1_500; round += 1) {
      const whole = JSON.stringify(anyJson(roll), null, roll(3));
      const at = roll(whole.length + 1);
      const texts = [whole, whole.slice(0, at) + whole.slice(at + 1), whole.slice(0, at) + "}],:\"01-e. \n"[roll(12)] + whole.slice(at)];
      for (const text of texts) expect([text, jsonFault(text) === null]).toEqual([text, parses(text)]);
    }
  });

  it("is laid out like the browser does, and keeps what is written", () => {
    const roll = dice(11);
    for (let round = 0; round < 300; round += 1) {
      const value = anyJson(roll);
      expect(layOut(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
      expect(layOut(layOut(JSON.stringify(value, null, 5)))).toBe(JSON.stringify(value, null, 2));
    }
    expect(layOut('{"id":12345678901234567890,"x":1.50}')).toBe('{\n  "id": 12345678901234567890,\n  "x": 1.50\n}');
    expect(layOut("{broken")).toBe("{broken");
  });

  it("says where it breaks, and whether it is an object", () => {
    expect(jsonFault('{\n  "a": 1,\n  b: 2\n}')).toEqual({ offset: 14, line: 3, column: 3 });
    expect(jsonFault("")).toEqual({ offset: 0, line: 1, column: 1 });
    expect(isJsonObject(' {"a":1}')).toBe(true);
    expect(isJsonObject("[1]")).toBe(false);
    expect(doubledName('{"a": {"b": 1},\n "b": 2, "\\u0061": 3}')).toEqual({ name: "a", offset: 25, line: 2, column: 10 });
    expect(doubledName('{"a": [{"b": 1}, {"b": 2}], "b": 3}')).toBeNull();
  });

  it("as lines reads the same, with the path of each", () => {
    const roll = dice(3);
    for (let round = 0; round < 200; round += 1) {
      const value = anyJson(roll);
      const text = jsonLines(value).map((line) => "  ".repeat(line.depth) + line.text).join("\n");
      expect(text).toBe(JSON.stringify(value, null, 2));
    }
    const marked = jsonLines({ a: { b: [1, 2], c: 3 } }).filter((line) => isMarked(line, ["a.b"]));
    expect(marked.map((line) => line.text)).toEqual(['"b": [', "1,", "2", "],"]);
  });
});

describe("lines that differ", () => {
  it("give both texts back", () => {
    const roll = dice(5);
    for (let round = 0; round < 200; round += 1) {
      const text = () => Array.from({ length: roll(9) }, () => "abc"[roll(3)]).join("\n");
      const [before, after] = [text(), text()];
      const lines = lineDiff(before, after);
      expect(lines.filter((line) => line.kind !== "new").map((line) => line.text).join("\n")).toBe(before);
      expect(lines.filter((line) => line.kind !== "gone").map((line) => line.text).join("\n")).toBe(after);
      if (before === after) expect(lines.every((line) => line.kind === "same")).toBe(true);
    }
  });
});

describe("rows that are drawn", () => {
  it("cover what is seen, whatever is open", () => {
    const roll = dice(9);
    for (let round = 0; round < 500; round += 1) {
      const count = roll(300);
      const rows = { count, rowHeight: 36, open: roll(3) && count ? roll(count) : -1, openHeight: 36 * roll(20) };
      const scrollTop = roll(Math.max(heightOf(rows), 1));
      const { first, end } = visible(rows, scrollTop, 400);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(count);
      for (let index = 0; index < count; index += 1) {
        const top = topOf(rows, index);
        const bottom = top + 36 + (index === rows.open ? rows.openHeight : 0);
        if (bottom > scrollTop && top < scrollTop + 400) expect(index >= first && index < end).toBe(true);
      }
    }
  });
});

const event = (id: string, more: Partial<LiveEvent> = {}): LiveEvent => ({
  id, received_at: "2026-11-23T10:00:00Z", timestamp: "2026-11-23T10:00:00Z", status: "stored", type: "track", event: "Order Completed", source_id: "src_1",
  message_id: `m-${id}`, profile_id: null, reason: null, reason_text: null, detail: null, quarantine_id: null, raw: {}, canonical: null, changes: {}, stands_for: 1, ...more,
});
const page = (ids: string[], total = ids.length) => ({ items: ids.map((id) => event(id)), cursor: "c", total, shown: ids.length, is_sampled: total > ids.length, is_masked: true });
const ids = (items: LiveEvent[]) => items.map((each) => each.id);

describe("the stream", () => {
  const begun = follow(EMPTY_STREAM, { type: "arrived", page: page(["2", "1"], 500), isFirst: true, at: 0 });

  it("shows what arrives at the top, and while it pauses keeps it back", () => {
    const live = follow(begun, { type: "arrived", page: page(["3"]), isFirst: false, at: 1_000 });
    expect(ids(live.shown)).toEqual(["3", "2", "1"]);
    expect(live.total).toBe(501);
    const paused = follow(live, { type: "paused", isPaused: true });
    const later = follow(follow(paused, { type: "arrived", page: page(["4"]), isFirst: false, at: 2_000 }), { type: "arrived", page: page(["6", "5"], 90), isFirst: false, at: 3_000 });
    expect(ids(later.shown)).toEqual(["3", "2", "1"]);
    expect(later.missed).toBe(91);
    for (const end of [{ type: "caughtUp" } as const, { type: "paused", isPaused: false } as const]) {
      const caught = follow(later, end);
      expect(ids(caught.shown)).toEqual(["6", "5", "4", "3", "2", "1"]);
      expect([caught.missed, caught.waiting.length]).toEqual([0, 0]);
    }
  });

  it("counts what was shown of the last minute, and no longer", () => {
    let stream: Stream = begun;
    for (let second = 1; second <= 90; second += 1) stream = follow(stream, { type: "arrived", page: page([`s${second}`], 10), isFirst: false, at: second * 1_000 });
    expect(lastMinute(stream)).toEqual({ total: 600, shown: 60 });
    expect(stream.isSampled).toBe(true);
    expect(lastMinute(follow(stream, { type: "arrived", page: page([]), isFirst: false, at: 300_000 }))).toEqual({ total: 0, shown: 0 });
  });

  it("does not grow without end, nor change when nothing comes", () => {
    const many = Array.from({ length: MOST + 50 }, (_, index) => `n${index}`);
    expect(follow(begun, { type: "arrived", page: page(many), isFirst: false, at: 1 }).shown).toHaveLength(MOST);
    expect(follow(begun, { type: "arrived", page: page([]), isFirst: false, at: 1 })).toBe(begun);
  });

  it("puts revealed events in the place of masked ones", () => {
    const revealed = follow(begun, { type: "revealed", items: [event("1", { event: "plain" })] });
    expect(revealed.shown.map((each) => each.event)).toEqual(["Order Completed", "plain"]);
  });
});

describe("an event", () => {
  it("is summed up by its properties, or a person's traits", () => {
    expect(summaryOf(event("1", { raw: { properties: { total: 9, items: [1, 2], address: {}, note: "x" } } }))).toBe("total: 9  ·  items: [2]  ·  address: {…}  ·  note: x");
    expect(summaryOf(event("1", { raw: { properties: {}, traits: { email: "a" } } }))).toBe("email: a");
    expect(summaryOf(event("1", { raw: null }))).toBe("");
  });

  it("has its changed things where they are written", () => {
    expect(placesOf("properties.price")).toEqual(["properties.price"]);
    expect(placesOf("identifiers.user_id")).toEqual(["userId"]);
    expect(placesOf("identifiers.email")).toContain("traits.email");
    expect(valueAt({ a: { b: 1 } }, "a.b")).toBe(1);
    expect(valueAt({ a: [1] }, "a.0.x")).toBeUndefined();
  });

  it("can be sent again from a shell, under a new message id", () => {
    const call = curlOf({ type: "track", event: "It's", messageId: "m-1" }, "https://in.example");
    expect(call).toContain("'https://in.example/v1/track'");
    expect(call).toContain(`{"type":"track","event":"It'\\''s"}`);
    expect(call).not.toContain("m-1");
    expect(curlOf({ type: "odd" }, "https://in.example")).toContain(`/v1/batch' \\\n  -u`);
  });

  it("that was sent again is counted once it is seen", () => {
    const arrived = [event("1", { message_id: "a" }), event("2", { message_id: "b", status: "quarantined", reason_text: "Why" }), event("3", { message_id: "other" })];
    expect(outcomesOf(["a", "b", "c"], arrived)).toMatchObject({ counts: { stored: 1, quarantined: 1, duplicate: 0 }, waiting: 1, reasons: ["Why"] });
  });
});
