import { DownOutlined, EditOutlined, RightOutlined } from "@ant-design/icons";
import { Button, Flex, Tag, Tooltip, Typography, theme } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useNames } from "@shared/names";
import { CodeBlock } from "@shared/ui/code-block";
import { Moment } from "@shared/ui/time";
import { useSourceName } from "./traits";
import { shortTraits, showValue } from "./values";

type Event = Schema<"EventOut">;

/** One event of the timeline; opened, everything that is known about it. */
export function EventLine({ event }: { event: Event }) {
  const { t } = useTranslation("people");
  const { token } = theme.useToken();
  const names = useNames();
  const sourceName = useSourceName();
  const [isOpen, setOpen] = useState(false);
  const title = typeof event.properties.name === "string" && event.event.startsWith("$") ? `${names.event(event.event)} · ${event.properties.name}` : names.event(event.event);
  const changed = Object.keys(event.changes).length;
  return (
    <div style={{ borderBottom: `1px solid ${token.colorBorderSecondary}`, padding: "7px 0" }}>
      <Flex gap={10} align="baseline">
        <Button
          type="text" size="small" icon={isOpen ? <DownOutlined /> : <RightOutlined />} aria-expanded={isOpen} aria-label={t("timeline.open", { event: title })}
          onClick={() => setOpen(!isOpen)}
        />
        <Typography.Text type="secondary" style={{ flex: "none" }}><Moment at={event.timestamp} seconds /></Typography.Text>
        <Typography.Text strong style={{ flex: "none" }}>{title}</Typography.Text>
        <Typography.Text type="secondary" ellipsis style={{ flex: 1, minWidth: 0 }}>{shortTraits(event.properties)}</Typography.Text>
        {changed > 0 && <Tooltip title={t("timeline.changed", { count: changed })}><EditOutlined aria-label={t("timeline.changed", { count: changed })} /></Tooltip>}
        <Tag variant="filled">{sourceName(event.source_id)}</Tag>
      </Flex>
      {isOpen && (
        <Flex vertical gap={8} style={{ padding: "8px 0 4px 34px" }}>
          {Object.entries(event.changes).map(([path, change]) => (
            <Typography.Text key={path}>
              {t("timeline.change", { path, was: showValue((change as { was?: unknown }).was), why: showValue((change as { why?: unknown }).why) })}
            </Typography.Text>
          ))}
          <CodeBlock label={t("timeline.details")} maxHeight={260} code={JSON.stringify({ message_id: event.message_id, received_at: event.received_at, properties: event.properties, context: event.context }, null, 2)} />
        </Flex>
      )}
    </div>
  );
}
