import { type DraftNode, type GroupNode, type LeafNode, copyOf, findNode, findPlace, groupOf } from "./draft";
import type { Leaf } from "./wire";

// Every change is a function from a tree to a tree; what it does not touch stays the same object.

/** The tree with one node put through `change`; several nodes in its stead, or none. */
function swap(root: GroupNode, id: string, change: (node: DraftNode) => DraftNode[]): GroupNode {
  let isTouched = false;
  const children = root.children.flatMap((child) => {
    if (child.id === id) {
      isTouched = true;
      return change(child);
    }
    if (child.type !== "group") return [child];
    const next = swap(child, id, change);
    if (next !== child) isTouched = true;
    return [next];
  });
  return isTouched ? { ...root, children } : root;
}

/** The same for the root as well, which stays one group. */
function alter(root: GroupNode, id: string, change: (node: DraftNode) => DraftNode): GroupNode {
  if (root.id !== id) return swap(root, id, (node) => [change(node)]);
  const next = change(root);
  return next.type === "group" ? next : root;
}

/** Without groups that lost all that was in them; the root stays. */
function prune(root: GroupNode, emptied: string | undefined): GroupNode {
  if (!emptied || emptied === root.id) return root;
  const node = findNode(root, emptied);
  if (node?.type !== "group" || node.children.length > 0) return root;
  const above = findPlace(root, emptied)?.group.id;
  return prune(swap(root, emptied, () => []), above);
}

/** Puts a node into a group, before what stands at `index`. */
export const insert = (root: GroupNode, groupId: string, index: number, node: DraftNode): GroupNode =>
  alter(root, groupId, (group) =>
    group.type === "group" ? { ...group, children: [...group.children.slice(0, index), node, ...group.children.slice(index)] } : group,
  );

export const append = (root: GroupNode, groupId: string, node: DraftNode): GroupNode => {
  const group = findNode(root, groupId);
  return group?.type === "group" ? insert(root, groupId, group.children.length, node) : root;
};

/** Takes a node out; a group that is empty then goes too. */
export function remove(root: GroupNode, id: string): GroupNode {
  const place = findPlace(root, id);
  return place ? prune(swap(root, id, () => []), place.group.id) : root;
}

export const setLeaf = (root: GroupNode, id: string, wire: Leaf): GroupNode =>
  swap(root, id, (node) => [node.type === "leaf" ? ({ ...node, wire } satisfies LeafNode) : node]);

/** `index` counts the group's children as they are before the move. Nothing moves into itself. */
export function move(root: GroupNode, id: string, groupId: string, index: number): GroupNode {
  const node = findNode(root, id);
  const place = findPlace(root, id);
  if (!node || !place || findNode(node, groupId)) return root;
  const isSameGroup = place.group.id === groupId;
  const target = isSameGroup && place.index < index ? index - 1 : index;
  if (isSameGroup && target === place.index) return root;
  return prune(insert(swap(root, id, () => []), groupId, target, node), place.group.id);
}

/** One place up or down; past the end of a group it steps out of it, and into a group that is the neighbour. */
export function step(root: GroupNode, id: string, direction: -1 | 1): GroupNode {
  const place = findPlace(root, id);
  if (!place) return root;
  const neighbour = place.group.children[place.index + direction];
  if (neighbour?.type === "group") return move(root, id, neighbour.id, direction > 0 ? 0 : neighbour.children.length);
  if (neighbour) return move(root, id, place.group.id, place.index + (direction > 0 ? 2 : -1));
  const above = findPlace(root, place.group.id);
  return above ? move(root, id, above.group.id, above.index + (direction > 0 ? 1 : 0)) : root;
}

/** A group of its own around a node, of the other kind than the one that it stands in. */
export function wrap(root: GroupNode, id: string): GroupNode {
  const kind = findPlace(root, id)?.group.kind === "any" ? "all" : "any";
  return swap(root, id, (node) => [groupOf(kind, [node])]);
}

/** The parts of a group in its stead. A `not` around the group goes to each part. */
export const ungroup = (root: GroupNode, id: string): GroupNode =>
  swap(root, id, (node) =>
    node.type === "group" ? node.children.map((child) => ({ ...child, negations: child.negations + node.negations })) : [node],
  );

export const duplicate = (root: GroupNode, id: string): GroupNode => swap(root, id, (node) => [node, copyOf(node)]);

/** Puts a `not` before a node, or takes one away. */
export const negate = (root: GroupNode, id: string): GroupNode =>
  alter(root, id, (node) => ({ ...node, negations: node.negations ? node.negations - 1 : 1 }));

export const setKind = (root: GroupNode, id: string, kind: "all" | "any"): GroupNode =>
  alter(root, id, (node) => (node.type === "group" ? { ...node, kind, isImplied: false } : node));
