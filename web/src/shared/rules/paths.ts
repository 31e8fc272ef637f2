import type { DraftNode, GroupNode } from "./draft";

const NO_PATHS: ReadonlyMap<string, NodePath> = new Map();

/** Where a node stands in the rule: `outer` with the `not` around it, `inner` without. As in errors of the API. */
export interface NodePath {
  outer: string;
  inner: string;
}

export const joinPath = (path: string, name: string, index?: number) =>
  `${path}${path ? "." : ""}${name}${index === undefined ? "" : `[${index}]`}`;

/** The path of every node, by its id. */
export function pathsOf(root: GroupNode): ReadonlyMap<string, NodePath> {
  const found = new Map<string, NodePath>();
  walk(root, "", found);
  return found.size ? found : NO_PATHS;
}

function walk(node: DraftNode, outer: string, found: Map<string, NodePath>) {
  let inner = outer;
  for (let count = node.negations; count > 0; count -= 1) inner = joinPath(inner, "not");
  found.set(node.id, { outer, inner });
  if (node.type !== "group") return;
  const isBare = node.isImplied && node.children.length === 1;
  for (const [index, child] of node.children.entries()) walk(child, isBare ? inner : joinPath(inner, node.kind, index), found);
}

/** Things with a path, put to the nodes that they are about: a child's are not those of its group. */
export function byNode<Item extends { path: string }>(
  root: GroupNode,
  paths: ReadonlyMap<string, NodePath>,
  items: readonly Item[],
): ReadonlyMap<string, (Item & { part: string })[]> {
  const found = new Map<string, (Item & { part: string })[]>();
  for (const item of items) {
    const owner = ownerOf(root, paths, item.path);
    const inner = paths.get(owner.id)?.inner ?? "";
    const part = item.path.startsWith(inner) ? item.path.slice(inner.length).replace(/^\./, "") : "";
    found.set(owner.id, [...(found.get(owner.id) ?? []), { ...item, part }]);
  }
  return found;
}

function ownerOf(node: DraftNode, paths: ReadonlyMap<string, NodePath>, path: string): DraftNode {
  if (node.type !== "group") return node;
  const isBare = node.isImplied && node.children.length === 1;
  const child = node.children.find((each) => isBare || isBelow(path, paths.get(each.id)?.outer ?? "?"));
  return child ? ownerOf(child, paths, path) : node;
}

const isBelow = (path: string, base: string) => path === base || path.startsWith(`${base}.`);

/** Whether a problem's place is this part or something in it: `where[0].value` is of `where[0]`, not of `where`'s name. */
export const isAt = (part: string, name: string) => part === name || part.startsWith(`${name}.`) || part.startsWith(`${name}[`);
