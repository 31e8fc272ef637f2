import { ClockCircleOutlined } from "@ant-design/icons";
import { Button, DatePicker, Space, Tooltip } from "antd";
import dayjs, { type Dayjs } from "dayjs";
import "dayjs/locale/zh-cn"; // names of months in the calendar
import { useTranslation } from "react-i18next";
import { useFormats } from "../format";
import type { Mark } from "./editor-context";
import { wallTime } from "./spans";

interface Props {
  value: string | null | undefined;
  onChange: (value: string | undefined) => void;
  label: string;
  /** A clock time may stand beside the date. */
  mayHaveTime: boolean;
  mark?: Mark;
  placeholder?: string;
}

const HAS_OFFSET = /(Z|[+-]\d\d:?\d\d)$/;

/** A date, or a date with a clock time, in the workspace's zone. */
export function MomentInput({ value, onChange, label, mayHaveTime, mark, placeholder }: Props) {
  const { t } = useTranslation("rules");
  const { timeZone } = useFormats();
  const hasTime = value?.includes("T") ?? false;
  const write = (picked: Dayjs, withTime: boolean) => onChange(picked.format(withTime ? "YYYY-MM-DDTHH:mm:ss" : "YYYY-MM-DD"));
  const shown = toPicked(value, timeZone);
  const toggle = t(hasTime ? "moment.wholeDay" : "moment.withTime");
  return (
    <Space size={2}>
      <DatePicker
        value={shown}
        aria-label={label}
        className="rule-value"
        placeholder={placeholder ?? label}
        showTime={hasTime ? { format: "HH:mm" } : false}
        format={hasTime ? "YYYY-MM-DD HH:mm" : "YYYY-MM-DD"}
        style={{ width: hasTime ? 168 : 128 }}
        {...(mark ? { status: mark } : {})}
        onChange={(picked) => (picked ? write(picked, hasTime) : onChange(undefined))}
      />
      {mayHaveTime && shown && (
        <Tooltip title={toggle}>
          <Button
            type="text"
            size="small"
            aria-label={toggle}
            aria-pressed={hasTime}
            className={hasTime ? "rule-toggle rule-toggle-on" : "rule-toggle"}
            icon={<ClockCircleOutlined />}
            onClick={() => write(hasTime ? shown : shown.startOf("day"), !hasTime)}
          />
        </Tooltip>
      )}
    </Space>
  );
}

/** The calendar's own kind of time. A constant with an offset is shown by the workspace's clock. */
function toPicked(value: string | null | undefined, zone: string): Dayjs | null {
  if (!value) return null;
  const instant = value.includes("T") && HAS_OFFSET.test(value) ? Date.parse(value) : NaN;
  const picked = dayjs(Number.isNaN(instant) ? value : wallTime(instant, zone).toISOString().slice(0, 19));
  return picked.isValid() ? picked : null;
}
