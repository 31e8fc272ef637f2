import { Button, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "../format";
import { type DraftNode, encode, findPlace } from "./draft";
import { useEditor } from "./editor-context";
import { useWords } from "./words";

/** How many people a condition holds for alone, and how many are left after it. */
export function StepNumbers({ node }: { node: DraftNode }) {
  const { t } = useTranslation("rules");
  const formats = useFormats();
  const { steps, root, catalog, isStale, onCount } = useEditor();
  const words = useWords(catalog);
  const step = steps.get(node.id);
  const place = findPlace(root, node.id);
  if (!step || !place) return null;
  const { group, index } = place;
  const before = group.children.slice(0, index + 1);
  const numbers = { alone: step.alone, after: step.after };
  const line = (kind: keyof typeof numbers, text: string, hint: string, show: () => void) => (
    <Tooltip title={hint}>
      <Button type="text" size="small" className={`rule-count rule-count-${kind}`} disabled={!onCount} onClick={show}>{text}</Button>
    </Tooltip>
  );
  const count = (kind: keyof typeof numbers) => ({ shown: formats.number(numbers[kind]), count: numbers[kind] });
  const showAfter = () => onCount?.({ kind: group.kind, rules: before.map(encode) }, before.map(words).join(" · "));
  return (
    <div className="rule-numbers numeric" data-stale={isStale || undefined}>
      {line("alone", t("step.alone", count("alone")), t("step.aloneHint"), () => onCount?.(encode(node), words(node)))}
      {group.children.length > 1 &&
        (group.kind === "any"
          ? line("after", t("step.gathered", count("after")), t("step.gatheredHint"), showAfter)
          : line("after", t("step.left", count("after")), t("step.leftHint"), showAfter))}
    </div>
  );
}
