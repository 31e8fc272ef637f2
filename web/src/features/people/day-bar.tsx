import { Tooltip, theme } from "antd";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";

interface Props {
  /** Newest first, days without events left out. */
  days: { day: string; events: number }[];
  chosen: string | undefined;
  onChoose: (day: string | undefined) => void;
}

const MOST = 90;

/** One bar for each active day, oldest at the left; choosing one jumps there. */
export function DayBar({ days, chosen, onChoose }: Props) {
  const { t } = useTranslation("people");
  const { token } = theme.useToken();
  const formats = useFormats();
  const shown = days.slice(0, MOST).toReversed();
  const most = Math.max(...shown.map((day) => day.events));
  return (
    <div role="group" aria-label={t("timeline.days")} style={{ display: "flex", alignItems: "end", gap: 3, height: 44, overflowX: "auto" }}>
      {shown.map(({ day, events }) => (
        <Tooltip key={day} title={t("timeline.day", { day, count: events })}>
          <button
            type="button"
            aria-label={t("timeline.day", { day, count: events })}
            aria-pressed={chosen === day}
            onClick={() => onChoose(chosen === day ? undefined : day)}
            style={{
              flex: "1 1 10px", minWidth: 6, maxWidth: 28, padding: 0, border: 0, cursor: "pointer", borderRadius: 2,
              height: `${Math.max(12, (100 * events) / most)}%`,
              background: chosen === day ? token.colorPrimary : token.colorPrimaryBorder,
            }}
          >
            <span className="visually-hidden">{formats.number(events)}</span>
          </button>
        </Tooltip>
      ))}
    </div>
  );
}
