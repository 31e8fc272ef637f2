import { Tooltip, Typography } from "antd";
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Formats, useFormats } from "../format";
import { type Span, spanOfOperation, spanOfWindow } from "./spans";
import type { Operation, WindowRule } from "./wire";

const MINUTE = 60_000;
const thisMinute = () => Math.floor(Date.now() / MINUTE) * MINUTE;

function followMinutes(changed: () => void) {
  const timer = setInterval(changed, MINUTE / 4);
  return () => clearInterval(timer);
}

/** Which days a relative time means now, by the workspace's clock. */
export function WindowLine({ window }: { window: WindowRule | undefined }) {
  const { timeZone } = useFormats();
  const now = useSyncExternalStore(followMinutes, thisMinute);
  return <SpanLine span={spanOfWindow(window, now, timeZone)} />;
}

export function OperationLine({ operation, type }: { operation: Operation; type: string }) {
  const { timeZone } = useFormats();
  const now = useSyncExternalStore(followMinutes, thisMinute);
  return <SpanLine span={spanOfOperation(operation, type, now, timeZone)} />;
}

function SpanLine({ span }: { span: Span | null }) {
  const { t, i18n } = useTranslation("rules");
  const { timeZone } = useFormats();
  if (!span) return null;
  const wall = new Formats(i18n.language, "UTC", ""); // wall times are kept in the UTC fields
  const show = (at: Date) => (span.isDays ? wall.date(at) : wall.dateTime(at));
  const from = span.from ? show(span.from) : "";
  const to = span.to ? show(span.to) : t("span.now");
  const text = !span.from
    ? t("span.before", { to })
    : from === to
      ? from
      : t(span.isOutside ? "span.outside" : "span.between", { from, to });
  return (
    <Tooltip title={t("span.zone", { zone: timeZone })}>
      <Typography.Text type="secondary" className="numeric" style={{ fontSize: 12 }}>{text}</Typography.Text>
    </Tooltip>
  );
}
