import { createContext, use } from "react";
import type { RuleCatalog } from "./catalog";
import type { DraftNode, GroupNode } from "./draft";
import { isAt } from "./paths";
import { getPart, isBlank } from "./parts";
import type { Rule } from "./wire";

/** A mistake in the rule, as the server tells it. */
export interface RuleProblem {
  path: string;
  message: string;
  cure?: string | null;
}

/** A remark on a valid rule: a name or value that nobody has, and existing ones like it. */
export interface RuleNote {
  path: string;
  message: string;
  suggestions: string[];
}

/** How many people one condition holds for by itself, and how many are left after it and those before it in its group. */
export interface RuleStep {
  path: string;
  alone: number;
  after: number;
}

export type Located<Item> = Item & { part: string };

/** Changes the tree. `control` names what is typed into: typing is one step of the history. */
export type Apply = (change: (root: GroupNode) => GroupNode, options?: { control?: string; focus?: string }) => void;

export interface Editor {
  root: GroupNode;
  catalog: RuleCatalog;
  apply: Apply;
  problems: ReadonlyMap<string, Located<RuleProblem>[]>;
  notes: ReadonlyMap<string, Located<RuleNote>[]>;
  steps: ReadonlyMap<string, RuleStep>;
  /** What is not filled in yet is told as a mistake too: somebody tried to save. */
  isStrict: boolean;
  /** The numbers belong to an earlier state of the rule. */
  isStale: boolean;
  /** What was copied and can be put in. */
  clip: DraftNode | null;
  copy: (node: DraftNode) => void;
  onCount?: ((rule: Rule, title: string) => void) | undefined;
}

export const EditorContext = createContext<Editor | null>(null);

export function useEditor(): Editor {
  const editor = use(EditorContext);
  if (!editor) throw new Error("A part of the rule editor stands outside of it.");
  return editor;
}

export type Mark = "error" | "warning" | undefined;

/** How to mark the control of a part of a condition. */
export function useMarks(node: DraftNode): (part: string) => Mark {
  const { problems, notes, isStrict } = useEditor();
  const wire = node.type === "group" ? null : node.wire;
  const own = problems.get(node.id) ?? [];
  const remarks = notes.get(node.id) ?? [];
  return (part) => {
    const mistakes = own.filter((each) => isAt(each.part, part));
    if (mistakes.some((each) => isStrict || !isBlank(getPart(wire, each.part)))) return "error";
    if (mistakes.length > 0) return "warning"; // not filled in yet
    if (remarks.some((each) => isAt(each.part, part))) return "warning";
    return undefined;
  };
}
