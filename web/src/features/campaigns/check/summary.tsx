import { Typography } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import type { Draft } from "../draft/use-draft";
import { HOLDOUT, WHOLE, holdoutShare, shares } from "../split/model";

interface Props {
  draft: Draft;
  audience: { name: string; size: number | null };
  startsAt: string | null;
}

/** What is about to happen, in plain words. */
export function Summary({ draft, audience, startsAt }: Props) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const { arms, goal } = draft.content;
  const parts = shares(arms);
  const held = holdoutShare(arms);
  const messages = arms.map((arm, index) => ({ arm, part: parts[index] ?? 0 })).filter(({ arm, part }) => arm.name !== HOLDOUT && part > 0);
  const lines = [
    t("summary.who", { audience: audience.name, count: audience.size ?? 0, number: formats.number(audience.size ?? 0) }),
    held > 0 ? t("summary.held", { share: formats.percent(held / WHOLE) }) : t("summary.noHoldout"),
    messages.length > 1
      ? t("summary.arms", { arms: formats.list(messages.map(({ arm, part }) => t("summary.arm", { name: arm.name, share: formats.percent(part / WHOLE), subject: arm.subject || t("preview.noSubject") }))) })
      : t("summary.one", { subject: messages[0]?.arm.subject || t("preview.noSubject") }),
    startsAt ? t("summary.later", { time: formats.dateTime(startsAt), zone: formats.timeZone }) : t("summary.now"),
    goal
      ? t(goal.window_hours % 24 === 0 ? "summary.goalDays" : "summary.goalHours", {
          event: goal.event, count: goal.window_hours % 24 === 0 ? goal.window_hours / 24 : goal.window_hours,
        })
      : t("summary.noGoal"),
  ];
  return <Typography.Paragraph style={{ fontSize: 14, marginBottom: 0 }}>{lines.map((line) => <span key={line}>{line} </span>)}</Typography.Paragraph>;
}
