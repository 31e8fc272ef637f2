import { Button, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "../format";
import type { DraftNode } from "./draft";
import { useEditor } from "./editor-context";

/** How many people a condition holds for alone, and how many are left after it. */
export function StepNumbers({ node }: { node: DraftNode }) {
  const { t } = useTranslation("rules");
  const formats = useFormats();
  const { steps, root, isStale, onStep } = useEditor();
  const step = steps.get(node.id);
  if (!step) return null;
  const isGathering = root.kind === "any";
  const line = (kind: "alone" | "after", text: string, hint: string) => (
    <Tooltip title={hint}>
      <Button type="text" size="small" className={kind === "after" ? "rule-count rule-count-after" : "rule-count"} disabled={!onStep} onClick={() => onStep?.(step, kind)}>
        {text}
      </Button>
    </Tooltip>
  );
  return (
    <div className="rule-numbers numeric" data-stale={isStale || undefined}>
      {line("alone", t("step.alone", { shown: formats.number(step.alone), count: step.alone }), t("step.aloneHint"))}
      {isGathering
        ? line("after", t("step.gathered", { shown: formats.number(step.after), count: step.after }), t("step.gatheredHint"))
        : line("after", t("step.left", { shown: formats.number(step.after), count: step.after }), t("step.leftHint"))}
    </div>
  );
}
