import { FilterOutlined, SearchOutlined, UserOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Tooltip, Typography, theme } from "antd";
import { useTranslation } from "react-i18next";
import { useMay } from "@shared/session";
import { CopyButton } from "@shared/ui/copy-button";
import { LinkButton } from "@shared/ui/link-button";
import { type LiveEvent, curlOf, placesOf } from "../model/event";
import { Changes } from "./changes";
import { JsonView } from "./json-view";

interface Props {
  event: LiveEvent;
  collectorUrl: string;
  onOnly: (filter: { event: string[] } | { source: string } | { person: string }) => void;
}

/** One event: as it came beside as it was stored, what was changed and why, and where to go from here. */
export function EventDetail({ event, collectorUrl, onOnly }: Props) {
  const { t } = useTranslation("events");
  const { token } = theme.useToken();
  const mayInspect = useMay("quarantine:read");
  const marks = Object.keys(event.changes).flatMap(placesOf);
  return (
    <Flex vertical gap={10} style={{ padding: "10px 16px 14px", background: token.colorFillQuaternary, borderBottom: `1px solid ${token.colorBorder}` }}>
      <Flex gap={8} wrap align="center">
        {event.profile_id && (
          <LinkButton to="/people/$profileId" params={{ profileId: event.profile_id }} size="small" icon={<UserOutlined />}>{t("live.openPerson")}</LinkButton>
        )}
        {event.raw && <CopyButton text={JSON.stringify(event.raw, null, 2)} label={t("live.copyRaw")} />}
        {event.raw && (
          <Tooltip title={t("live.curlHint")}>
            <span><CopyButton text={curlOf(event.raw, collectorUrl)} label={t("live.copyCurl")} /></span>
          </Tooltip>
        )}
        <Typography.Text type="secondary">{t("live.only")}</Typography.Text>
        {event.event && <Button size="small" icon={<FilterOutlined />} onClick={() => onOnly({ event: [event.event] })}>{t("live.onlyEvent")}</Button>}
        <Button size="small" icon={<FilterOutlined />} onClick={() => onOnly({ source: event.source_id })}>{t("live.onlySource")}</Button>
        {event.profile_id && (
          <Button size="small" icon={<FilterOutlined />} onClick={() => onOnly({ person: event.profile_id ?? "" })}>{t("live.onlyPerson")}</Button>
        )}
      </Flex>
      {event.status === "quarantined" && (
        <Alert
          type="error"
          showIcon
          title={
            <>
              {event.reason_text ?? event.reason}
              {event.detail && <Typography.Text type="secondary" style={{ display: "block" }}>{event.detail}</Typography.Text>}
            </>
          }
          action={
            mayInspect && event.quarantine_id && (
              <LinkButton to="/quarantine" search={{ open: event.quarantine_id }} size="small" icon={<SearchOutlined />}>{t("live.inspect")}</LinkButton>
            )
          }
        />
      )}
      {event.status === "duplicate" && <Alert type="info" showIcon title={t("live.duplicate")} />}
      {event.status === "suppressed" && <Alert type="warning" showIcon title={t("live.suppressed")} />}
      <Changes event={event} />
      <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr) minmax(0, 1fr)", gap: 12 }}>
        <div>
          <Typography.Text strong>{t("live.raw")}</Typography.Text>
          {event.raw ? <JsonView value={event.raw} label={t("live.raw")} marks={marks} /> : <Nothing text={t(event.status === "suppressed" ? "live.noRawSuppressed" : "live.noRaw")} />}
        </div>
        <div>
          <Typography.Text strong>{t("live.canonical")}</Typography.Text>
          {event.canonical ? <JsonView value={event.canonical} label={t("live.canonical")} marks={marks} /> : <Nothing text={t("live.noCanonical")} />}
        </div>
      </div>
    </Flex>
  );
}

const Nothing = ({ text }: { text: string }) => <Typography.Paragraph type="secondary" style={{ margin: "8px 0" }}>{text}</Typography.Paragraph>;
