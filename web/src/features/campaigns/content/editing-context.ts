import { createContext, use } from "react";
import type { Schema } from "@shared/api/client";
import type { Target } from "../draft/editor";
import type { Vocabulary } from "./vocabulary";

export type CheckProblem = Schema<"CheckProblemOut">;

/** What the fields of a message share while it is written. Paths are those in the arm: `blocks[3].text`. */
export interface Editing {
  vocabulary: Vocabulary;
  /** Of this arm, with their paths in the arm. */
  problems: readonly CheckProblem[];
  /** The field that was asked for from elsewhere. */
  target: Target | null;
  undo: () => void;
  redo: () => void;
}

export const EditingContext = createContext<Editing>({
  vocabulary: { variables: [], filters: [], tags: [] },
  problems: [],
  target: null,
  undo: () => {},
  redo: () => {},
});

export const useEditing = () => use(EditingContext);

/** What is wrong with one field. */
export const useProblemsOf = (path: string) => useEditing().problems.filter((problem) => problem.path === path);
