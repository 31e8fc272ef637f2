import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import type { Rule } from "@shared/rules/wire";
import type { Estimate } from "./use-estimate";

interface Props {
  rule: Rule;
  estimate: Estimate;
  isStale: boolean;
  /** The numbers belong to the conditions that stand there now. */
  fits: boolean;
  onPeople: (rule: Rule, title: string) => void;
}

/** How many people are left, or gathered, after each condition of the outermost group. */
export function Waterfall({ rule, estimate, isStale, fits, onPeople }: Props) {
  const { t } = useTranslation("audiences");
  const formats = useFormats();
  const steps = estimate.steps.filter((step) => step.depth === 0);
  const parts = "rules" in rule ? rule.rules : [rule];
  const kind = rule.kind === "any" ? "any" : "all";
  if (parts.length === 0) return <Typography.Text type="secondary">{t("live.noSteps")}</Typography.Text>;
  return (
    <Flex vertical gap={4} className="audience-bars" data-stale={isStale || undefined} role="list" aria-label={t("live.steps")}>
      {kind === "all" && <Bar label={t("live.everybody")} size={estimate.people} people={estimate.people} onClick={() => onPeople({ kind: "all", rules: [] }, t("live.everybody"))} />}
      {steps.map((step, index) => (
        <Bar
          key={step.path}
          label={step.sentence}
          size={step.after}
          people={estimate.people}
          onClick={() => fits && onPeople({ kind, rules: parts.slice(0, index + 1) }, step.sentence)}
        />
      ))}
      <Typography.Text type="secondary" style={{ fontSize: 12 }}>
        {t(kind === "any" ? "live.gathering" : "live.narrowing", { share: formats.percent(estimate.people ? estimate.size / estimate.people : 0) })}
      </Typography.Text>
    </Flex>
  );
}

interface BarProps {
  label: string;
  size: number;
  people: number;
  onClick: () => void;
}

function Bar({ label, size, people, onClick }: BarProps) {
  const formats = useFormats();
  return (
    <div role="listitem">
      <button type="button" className="audience-bar" onClick={onClick} title={label}>
        <i aria-hidden style={{ width: `${people ? Math.max(0.5, (100 * size) / people) : 0}%` }} />
        <span>{label}</span>
        <span className="numeric">{formats.number(size)}</span>
      </button>
    </div>
  );
}
