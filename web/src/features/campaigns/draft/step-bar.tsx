import { Steps } from "antd";
import { useTranslation } from "react-i18next";
import { STEPS, type Step } from "./place";

interface Props {
  at: Step;
  /** In which something is still to be done. */
  gaps: ReadonlySet<Step>;
  /** Those that somebody has looked at here: only they can be done. */
  seen: ReadonlySet<Step>;
  onStep: (step: Step) => void;
}

/** The steps of a draft: where one is, what is done, what is to come. */
export function StepBar({ at, gaps, seen, onStep }: Props) {
  const { t } = useTranslation("campaigns");
  return (
    <nav aria-label={t("step.all")} style={{ marginBottom: 14 }}>
      <Steps
        size="small"
        type="navigation"
        current={STEPS.indexOf(at)}
        onChange={(index) => onStep(STEPS[index] ?? "audience")}
        items={STEPS.map((each) => ({
          title: t(`step.${each}`),
          status: each === at ? "process" : gaps.has(each) || !seen.has(each) ? "wait" : "finish",
        }))}
      />
    </nav>
  );
}
