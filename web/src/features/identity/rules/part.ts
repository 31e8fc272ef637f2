import type { Rules } from "./model";
import type { Work } from "./use-work";

/** What every part of the form is given. */
export interface PartProps {
  rules: Rules;
  work: Work;
  mayWrite: boolean;
}
