import { isKnownLeaf, isObject } from "./shape";
import type { Leaf, Rule } from "./wire";

/**
 * The tree that the editor works on: as the rule, but each node has an id that stays, and `not` is a number on the node
 * that it negates. `encode(decode(rule))` is the rule, whatever JSON it was.
 */
interface Node {
  id: string;
  /** How many `not` stand around it. */
  negations: number;
}

export interface GroupNode extends Node {
  type: "group";
  kind: "all" | "any";
  children: DraftNode[];
  /** The rule is one condition without a group around it; the editor shows it in one. */
  isImplied?: boolean;
}

export interface LeafNode extends Node {
  type: "leaf";
  wire: Leaf;
}

/** Something that this page does not know: shown, kept as it is, not edited. */
export interface OpaqueNode extends Node {
  type: "opaque";
  wire: unknown;
}

export type DraftNode = GroupNode | LeafNode | OpaqueNode;

let last = 0;
const freshId = () => `n${++last}`;

export const leafOf = (wire: Leaf): LeafNode => ({ id: freshId(), negations: 0, type: "leaf", wire });

export const groupOf = (kind: "all" | "any", children: DraftNode[]): GroupNode => ({
  id: freshId(),
  negations: 0,
  type: "group",
  kind,
  children,
});

/** The rule as a tree to edit; its root is always a group. */
export function decode(rule: unknown): GroupNode {
  const root = decodeNode(rule);
  return root.type === "group" ? root : { ...groupOf("all", [root]), isImplied: true };
}

/** A part of a rule as a tree to put into another one. */
export function decodeNode(rule: unknown): DraftNode {
  if (hasKeys(rule, "kind", "rule") && rule.kind === "not") {
    const inner = decodeNode(rule.rule);
    return { ...inner, negations: inner.negations + 1 };
  }
  if (hasKeys(rule, "kind", "rules") && (rule.kind === "all" || rule.kind === "any") && Array.isArray(rule.rules))
    return groupOf(rule.kind, rule.rules.map(decodeNode));
  if (isKnownLeaf(rule)) return leafOf(rule);
  return { id: freshId(), negations: 0, type: "opaque", wire: rule };
}

function hasKeys(value: unknown, ...keys: string[]): value is Record<string, unknown> {
  return isObject(value) && Object.keys(value).length === keys.length && keys.every((key) => key in value);
}

/** The tree as a rule. */
export function encode(node: DraftNode): Rule {
  let rule = encodeBare(node);
  for (let count = node.negations; count > 0; count -= 1) rule = { kind: "not", rule };
  return rule;
}

function encodeBare(node: DraftNode): Rule {
  if (node.type === "leaf") return node.wire;
  if (node.type === "opaque") return node.wire as Rule;
  const [only, ...others] = node.children;
  if (node.isImplied && only && others.length === 0) return encode(only);
  return { kind: node.kind, rules: node.children.map(encode) };
}

/** The same once more, with ids of its own. */
export const copyOf = <Part extends DraftNode>(node: Part): Part =>
  ({ ...node, id: freshId(), ...(node.type === "group" ? { children: node.children.map(copyOf) } : {}) }) as Part;

export function findNode(node: DraftNode, id: string): DraftNode | undefined {
  if (node.id === id) return node;
  if (node.type !== "group") return undefined;
  for (const child of node.children) {
    const found = findNode(child, id);
    if (found) return found;
  }
  return undefined;
}

/** The group that holds a node, and where in it; nothing for the root. */
export function findPlace(node: GroupNode, id: string): { group: GroupNode; index: number } | undefined {
  for (const [index, child] of node.children.entries()) {
    if (child.id === id) return { group: node, index };
    const found = child.type === "group" ? findPlace(child, id) : undefined;
    if (found) return found;
  }
  return undefined;
}

/** Conditions, groups not counted. */
export const countConditions = (node: DraftNode): number =>
  node.type === "group" ? node.children.reduce((sum, child) => sum + countConditions(child), 0) : 1;
