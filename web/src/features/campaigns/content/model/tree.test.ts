import { describe, expect, it } from "vitest";
import { type Block, KINDS, newBlock } from "./block";
import { atPath, change, duplicate, find, flat, insert, move, pathOf, placeOf, places, remove, step, withIds } from "./tree";

const text = (id: string): Block => ({ ...newBlock("text"), id }) as Block;
const start: Block[] = [
  text("a"),
  { id: "c", kind: "columns", columns: [[text("l") as never], [text("r") as never, text("s") as never]] },
  { ...newBlock("footer"), id: "f" },
];
const ids = (blocks: Block[]) => flat(blocks).map((block) => block.id);

describe("blocks", () => {
  it("keeps every block exactly once, wherever one is moved", () => {
    for (const block of flat(start))
      for (const place of places(start, block.kind, block.id)) {
        const moved = move(start, block.id, place);
        expect([...ids(moved)].sort()).toEqual([...ids(start)].sort());
        if (place.parent !== block.id) expect(placeOf(moved, block.id)?.parent).toBe(place.parent);
      }
  });

  it("finds by path what it names by path", () => {
    for (const block of flat(start)) {
      const path = pathOf(start, block.id);
      expect(atPath(start, `${path}.text`)).toEqual({ block, field: "text" });
      expect(atPath(start, String(path))?.block.id).toBe(block.id);
    }
    expect(atPath(start, "blocks[1].columns[0]")?.block.id).toBe("c"); // an empty column
    expect(atPath(start, "blocks[9].text")).toBeNull();
    expect(atPath(start, "blocks[0].columns[0][0].text")).toBeNull();
    expect(atPath(start, "subject")).toBeNull();
  });

  it("goes step by step through all places and back to where it was", () => {
    let blocks = move(start, "a", { parent: null, column: 0, index: 0 });
    const seen = [JSON.stringify(ids(blocks))];
    for (let next = step(blocks, "a", 1); next; next = step(blocks, "a", 1)) {
      blocks = next;
      seen.push(JSON.stringify(placeOf(blocks, "a")) + JSON.stringify(ids(blocks)));
    }
    expect(ids(blocks).at(-1)).toBe("a");
    expect(new Set(seen).size).toBe(seen.length);
    for (let next = step(blocks, "a", -1); next; next = step(blocks, "a", -1)) blocks = next;
    expect(blocks).toEqual(start);
  });

  it("leaves columns and footers out of columns", () => {
    for (const kind of KINDS) {
      const at = { parent: "c", column: 0, index: 0 };
      const grown = insert(start, { ...newBlock(kind), id: "new" } as Block, at);
      expect(find(grown, "new") !== null).toBe(kind !== "columns" && kind !== "footer");
    }
    expect(move(start, "c", { parent: "c", column: 0, index: 0 })).toEqual(start);
  });

  it("copies deeply, with names of its own", () => {
    const copy = duplicate(start, "c");
    expect(copy).not.toBeNull();
    const all = ids(copy?.blocks ?? []);
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBe(ids(start).length + 4);
    expect(remove(copy?.blocks ?? [], copy?.id ?? "")).toEqual(start);
  });

  it("names blocks that have no name or another's", () => {
    const named = withIds([text(""), text("x"), text("x")]);
    expect(new Set(ids(named)).size).toBe(3);
    expect(named[1]?.id).toBe("x");
    expect(withIds(start)).toEqual(start);
  });

  it("changes fields of one block only", () => {
    const changed = change(start, "s", { text: "new" });
    expect(find(changed, "s")).toMatchObject({ text: "new" });
    expect(find(changed, "r")).toBe(find(start, "r"));
  });
});
