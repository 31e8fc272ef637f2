import { type Block, type BlockFields, type InnerBlock, type Kind, isInner, newId } from "./block";

/** Where a block stands: at the top level, or in a column of the block `parent`. */
export interface Place {
  parent: string | null;
  column: number;
  index: number;
}

interface List {
  parent: string | null;
  column: number;
  items: readonly Block[];
}

const top = (index: number): Place => ({ parent: null, column: 0, index });

/** The blocks with names: those without one, or with one that was there before, get a new one. */
export function withIds(blocks: readonly Block[]): Block[] {
  const seen = new Set<string>();
  const name = <Each extends Block>(block: Each): Each => {
    const id = block.id && !seen.has(block.id) ? block.id : newId();
    seen.add(id);
    return id === block.id ? block : { ...block, id };
  };
  return blocks.map((block) => {
    const named = name(block);
    return named.kind === "columns" ? { ...named, columns: named.columns.map((column) => column.map(name)) } : named;
  });
}

/** The lists of blocks, each with where it is: the top level first, then the columns in reading order. */
function lists(blocks: readonly Block[]): List[] {
  const inner = blocks.flatMap((block): List[] =>
    block.kind === "columns" ? block.columns.map((items, column) => ({ parent: block.id, column, items })) : [],
  );
  return [{ parent: null, column: 0, items: blocks }, ...inner];
}

export function placeOf(blocks: readonly Block[], id: string): Place | null {
  for (const list of lists(blocks)) {
    const index = list.items.findIndex((block) => block.id === id);
    if (index >= 0) return { parent: list.parent, column: list.column, index };
  }
  return null;
}

export function find(blocks: readonly Block[], id: string): Block | null {
  for (const list of lists(blocks)) {
    const found = list.items.find((block) => block.id === id);
    if (found) return found;
  }
  return null;
}

/** All blocks in reading order, also those inside columns. */
export const flat = (blocks: readonly Block[]): Block[] =>
  blocks.flatMap((block): Block[] => (block.kind === "columns" ? [block, ...block.columns.flat()] : [block]));

/** The blocks with one of their lists replaced. */
function withList(blocks: readonly Block[], at: Omit<Place, "index">, edit: (items: readonly Block[]) => readonly Block[]): Block[] {
  if (at.parent === null) return [...edit(blocks)];
  return blocks.map((block): Block => {
    if (block.id !== at.parent || block.kind !== "columns") return block;
    const columns = block.columns.map((items, column) => (column === at.column ? (edit(items) as InnerBlock[]) : items));
    return { ...block, columns };
  });
}

/** Whether a block of this kind may stand there. */
export function fits(blocks: readonly Block[], kind: Kind, place: Place): boolean {
  if (place.parent === null) return true;
  return isInner(kind) && find(blocks, place.parent)?.kind === "columns";
}

/** The blocks with one more. A place where it does not fit changes nothing. */
export function insert(blocks: readonly Block[], block: Block, place: Place): Block[] {
  if (!fits(blocks, block.kind, place)) return [...blocks];
  return withList(blocks, place, (items) => [...items.slice(0, place.index), block, ...items.slice(place.index)]);
}

export function remove(blocks: readonly Block[], id: string): Block[] {
  const place = placeOf(blocks, id);
  return place ? withList(blocks, place, (items) => items.filter((block) => block.id !== id)) : [...blocks];
}

/** The block taken from where it is and put there; `place` counts as the blocks stand before. */
export function move(blocks: readonly Block[], id: string, place: Place): Block[] {
  const from = placeOf(blocks, id);
  const block = find(blocks, id);
  if (!from || !block || place.parent === id || !fits(blocks, block.kind, place)) return [...blocks];
  const isSameList = from.parent === place.parent && from.column === place.column;
  const index = isSameList && from.index < place.index ? place.index - 1 : place.index;
  return insert(remove(blocks, id), block, { ...place, index });
}

/** Places in reading order where a block of this kind could stand; `without` is the block that moves. */
export function places(blocks: readonly Block[], kind: Kind, without?: string): Place[] {
  const found: Place[] = [];
  for (let index = 0; index <= blocks.length; index++) {
    found.push(top(index));
    const block = blocks[index];
    if (block?.kind !== "columns" || !isInner(kind) || block.id === without) continue;
    for (const [column, items] of block.columns.entries())
      for (let inner = 0; inner <= items.length; inner++) found.push({ parent: block.id, column, index: inner });
  }
  return found;
}

/** One step up or down in reading order, into and out of columns; null at the end. */
export function step(blocks: readonly Block[], id: string, by: -1 | 1): Block[] | null {
  const block = find(blocks, id);
  const from = placeOf(blocks, id);
  if (!block || !from) return null;
  const possible = places(blocks, block.kind, id);
  // Directly before and directly after the block are where it already is.
  const at = possible.findIndex((each) => each.parent === from.parent && each.column === from.column && each.index === from.index);
  const next = possible[by < 0 ? at - 1 : at + 2];
  return next ? move(blocks, id, next) : null;
}

/** The blocks with a copy right after the original, and the copy's name. */
export function duplicate(blocks: readonly Block[], id: string): { blocks: Block[]; id: string } | null {
  const block = find(blocks, id);
  const place = placeOf(blocks, id);
  if (!block || !place) return null;
  const copy = copied(block);
  return { blocks: insert(blocks, copy, { ...place, index: place.index + 1 }), id: copy.id };
}

function copied<Each extends Block>(block: Each): Each {
  const copy = { ...block, id: newId() };
  return copy.kind === "columns" ? { ...copy, columns: copy.columns.map((items) => items.map(copied)) } : copy;
}

/** The blocks with fields of one changed. */
export function change(blocks: readonly Block[], id: string, fields: BlockFields): Block[] {
  const place = placeOf(blocks, id);
  if (!place) return [...blocks];
  return withList(blocks, place, (items) => items.map((block) => (block.id === id ? ({ ...block, ...fields } as Block) : block)));
}

/** How the API names a block: `blocks[3]`, `blocks[2].columns[0][1]`. */
export function pathOf(blocks: readonly Block[], id: string): string | null {
  const place = placeOf(blocks, id);
  if (!place) return null;
  if (place.parent === null) return `blocks[${place.index}]`;
  const outer = placeOf(blocks, place.parent);
  return outer ? `blocks[${outer.index}].columns[${place.column}][${place.index}]` : null;
}

/** The block that a path of the API means, and the field in it. */
export function atPath(blocks: readonly Block[], path: string): { block: Block; field: string } | null {
  const hit = /^blocks\[(\d+)\](?:\.columns\[(\d+)\](?:\[(\d+)\])?)?(?:\.(\w+))?$/.exec(path);
  const outer = hit && blocks[Number(hit[1])];
  if (!hit || !outer) return null;
  const field = hit[4] ?? "";
  if (hit[3] === undefined) return { block: outer, field };
  const inner = outer.kind === "columns" ? outer.columns[Number(hit[2])]?.[Number(hit[3])] : undefined;
  return inner ? { block: inner, field } : null;
}
