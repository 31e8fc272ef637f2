import { treated } from "../split/model";
import type { Step } from "./place";
import type { Draft } from "./use-draft";

/** The steps in which something that a campaign cannot do without is still to be done. The check says more. */
export function gapsOf({ audience_id, content }: Draft): Set<Step> {
  const gaps = new Set<Step>(["check"]);
  const messages = treated(content.arms);
  if (!audience_id) gaps.add("audience");
  const isWritten = (arm: (typeof messages)[number]) => arm.subject.trim() && (arm.blocks ? arm.blocks.length : arm.html.trim() || arm.text.trim());
  if (!messages.every(isWritten)) gaps.add("content");
  if (!messages.some((arm) => arm.weight > 0)) gaps.add("split");
  return gaps;
}
