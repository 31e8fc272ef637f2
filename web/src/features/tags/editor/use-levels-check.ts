import { useCallback, useState } from "react";
import type { Schema } from "@shared/api/client";
import type { Level } from "../model/definition";

/** What the server says about the rule of one level. */
export interface LevelCheck {
  rule: Level["rule"];
  problems: Schema<"RuleProblemOut">[];
  sentence: string | null;
}

/** What the levels tell about themselves: each asks for itself, a moment after it was changed. */
export function useLevelsCheck(levels: Level[]) {
  const [checks, setChecks] = useState<ReadonlyMap<string, LevelCheck>>(new Map());
  const tell = useCallback((id: string, check: LevelCheck) => setChecks((now) => new Map(now).set(id, check)), []);
  const current = levels.map((level) => {
    const check = checks.get(level.id);
    return check?.rule === level.rule ? check : null;
  });
  return {
    tell,
    /** Every rule is known to be right as it is now. */
    isReady: current.every((check) => check?.problems.length === 0),
    open: current.reduce((sum, check) => sum + (check?.problems.length ?? 0), 0),
    blocking: current.reduce((sum, check) => sum + (check?.problems.filter((problem) => problem.is_blocking).length ?? 0), 0),
  };
}
