import { CaretRightFilled, CheckCircleFilled, CopyOutlined, EditFilled, ExclamationCircleFilled, StopFilled } from "@ant-design/icons";
import { Flex, Tag, Tooltip, Typography, theme } from "antd";
import type { CSSProperties, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { useNames } from "@shared/names";
import { PersonLink } from "@shared/people/person-link";
import { type LiveEvent, summaryOf } from "../model/event";

export const ROW_HEIGHT = 36;

const GRID: CSSProperties = {
  display: "grid", gridTemplateColumns: "28px 66px 112px minmax(130px, 200px) 116px minmax(90px, 140px) minmax(0, 1fr)", gap: 10, alignItems: "center", padding: "0 12px",
};

const LOOKS: Record<LiveEvent["status"], { color: string; icon: ReactNode }> = {
  stored: { color: "success", icon: <CheckCircleFilled /> },
  changed: { color: "processing", icon: <EditFilled /> },
  duplicate: { color: "default", icon: <CopyOutlined /> },
  quarantined: { color: "error", icon: <ExclamationCircleFilled /> },
  suppressed: { color: "warning", icon: <StopFilled /> },
};

/** What became of an event: a sign and a word. */
export function Outcome({ status }: { status: LiveEvent["status"] }) {
  const { t } = useTranslation("events");
  return <Tag variant="filled" color={LOOKS[status].color} icon={LOOKS[status].icon} style={{ marginInlineEnd: 0 }}>{t(`status.${status}`)}</Tag>;
}

export function RowHead() {
  const { t } = useTranslation("events");
  const { token } = theme.useToken();
  return (
    <div aria-hidden style={{ ...GRID, height: 32, fontWeight: token.fontWeightStrong, background: token.colorFillQuaternary }}>
      <span />
      <span>{t("column.time")}</span>
      <span>{t("column.status")}</span>
      <span>{t("column.event")}</span>
      <span>{t("column.person")}</span>
      <span>{t("column.source")}</span>
      <span>{t("column.summary")}</span>
    </div>
  );
}

interface Props {
  event: LiveEvent;
  sourceName: string | undefined;
  isOpen: boolean;
  onToggle: () => void;
}

export function EventRow({ event, sourceName, isOpen, onToggle }: Props) {
  const { t } = useTranslation("events");
  const { token } = theme.useToken();
  const formats = useFormats();
  const names = useNames();
  const name = names.received(event.event, event.type);
  return (
    // A click anywhere opens; for the keyboard there is the button.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
    <div
      onClick={(click) => {
        if (!(click.target as HTMLElement).closest("a, button") && !getSelection()?.toString()) onToggle();
      }}
      style={{ ...GRID, height: ROW_HEIGHT, cursor: "pointer", borderBottom: `1px solid ${token.colorBorderSecondary}`, background: isOpen ? token.colorFillTertiary : undefined }}
    >
      <button
        type="button"
        aria-expanded={isOpen}
        aria-label={t("live.open", { name, time: formats.time(event.received_at) })}
        onClick={onToggle}
        style={{ border: 0, background: "none", color: token.colorTextSecondary, cursor: "pointer", width: 28, height: 28 }}
      >
        <CaretRightFilled rotate={isOpen ? 90 : 0} />
      </button>
      <time className="numeric" dateTime={event.received_at} title={formats.dateTime(event.received_at, true)}>{formats.time(event.received_at)}</time>
      <span><Outcome status={event.status} /></span>
      <Flex gap={6} align="center" style={{ minWidth: 0 }}>
        <Typography.Text ellipsis={{ tooltip: name }} strong>{name}</Typography.Text>
        {event.stands_for > 1 && (
          <Tooltip title={t("live.standsFor", { count: event.stands_for })}>
            <Typography.Text type="secondary" className="numeric">{t("live.times", { number: formats.number(event.stands_for) })}</Typography.Text>
          </Tooltip>
        )}
      </Flex>
      <Typography.Text ellipsis>{event.profile_id && <PersonLink id={event.profile_id} />}</Typography.Text>
      <Typography.Text ellipsis type="secondary">{sourceName ?? event.source_id}</Typography.Text>
      <Typography.Text ellipsis type="secondary" style={{ fontSize: 12 }}>{event.detail ?? summaryOf(event)}</Typography.Text>
    </div>
  );
}
