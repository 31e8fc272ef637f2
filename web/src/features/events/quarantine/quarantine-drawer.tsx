import { DeleteOutlined, EditOutlined, EyeOutlined, ReloadOutlined, RollbackOutlined } from "@ant-design/icons";
import { Alert, Button, Descriptions, Drawer, Flex, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useNames } from "@shared/names";
import { useMay } from "@shared/session";
import { CodeBlock } from "@shared/ui/code-block";
import { useConfirm } from "@shared/ui/confirm";
import { CopyButton } from "@shared/ui/copy-button";
import { QueryView } from "@shared/ui/query-view";
import { Status, type Tone } from "@shared/ui/status";
import { Moment } from "@shared/ui/time";
import { useTell } from "@shared/ui/use-tell";
import { JsonView } from "../live/json-view";
import { layOut } from "../model/json-text";
import { Correction } from "./correction";
import { useReasonName } from "./reason-name";
import { ReplayOutcome } from "./replay-outcome";
import { useRefresh } from "./use-quarantine";
import { useReplay } from "./use-replay";
import type { Turn } from "./use-turn";

type Detail = Schema<"QuarantinedDetail">;

const TONES: Record<Detail["state"], Tone> = { open: "bad", replayed: "good", discarded: "neutral" };

interface Props {
  id: string | undefined;
  onClose: () => void;
  onTurn: Turn;
  sourceNames: Map<string, string>;
}

/** One quarantined event: why it is here, what came, and what can be done. */
export function QuarantineDrawer({ id, onClose, onTurn, sourceNames }: Props) {
  const { t } = useTranslation("events");
  const confirm = useConfirm();
  const [isDirty, setDirty] = useState(false);
  const close = () => {
    if (!isDirty) return onClose();
    confirm({ title: t("correct.leaveTitle"), impact: t("correct.leaveImpact"), action: t("correct.leave"), onConfirm: async () => onClose() });
  };
  return (
    <Drawer open={id !== undefined} onClose={close} title={t("detail.title")} size={760} destroyOnHidden>
      {id !== undefined && <Content id={id} onTurn={onTurn} sourceNames={sourceNames} onDirty={setDirty} />}
    </Drawer>
  );
}

interface ContentProps extends Pick<Props, "onTurn" | "sourceNames"> {
  id: string;
  onDirty: (isDirty: boolean) => void;
}

function Content({ id, onTurn, sourceNames, onDirty }: ContentProps) {
  const { t } = useTranslation("events");
  const tell = useTell();
  const nameOf = useReasonName();
  const names = useNames();
  const refresh = useRefresh();
  const mayWrite = useMay("quarantine:write");
  const mayReveal = useMay("profiles:reveal");
  const query = hooks.useQuery("get", "/api/v1/quarantine/{quarantine_id}", { params: { path: { quarantine_id: id } } });
  const [raw, setRaw] = useState<string | null>(null);
  const [isRevealing, setRevealing] = useState(false);
  const [isCorrecting, setCorrecting] = useState(false);
  const replaying = useReplay();

  const reveal = async () => {
    setRevealing(true);
    try {
      const { data } = await api.GET("/api/v1/quarantine/{quarantine_id}", { params: { path: { quarantine_id: id }, query: { reveal: true } } });
      setRaw(data?.raw ?? null);
      return true;
    } catch (thrown) {
      tell.failed(thrown, t("reveal.failed"));
      return false;
    } finally {
      setRevealing(false);
    }
  };
  const correct = async () => {
    if (raw !== null || (await reveal())) setCorrecting(true);
  };
  const turn = async (event: Detail, to: "discarded" | "open") => {
    await onTurn([event], to);
    await query.refetch();
  };
  const stop = () => {
    setCorrecting(false);
    onDirty(false);
  };

  return (
    <QueryView query={query} rows={10}>
      {(event: Detail) => (
        <Flex vertical gap={14}>
          <Alert
            type={event.state === "open" ? "error" : "info"}
            showIcon
            title={<Typography.Text strong>{nameOf(event.reason)}</Typography.Text>}
            description={
              <Flex vertical gap={2}>
                <span>{event.reason_text}</span>
                <Typography.Text type="secondary">{event.detail}</Typography.Text>
              </Flex>
            }
          />
          {replaying.replay && <ReplayOutcome replay={replaying.replay} onClose={replaying.forget} />}
          <Descriptions
            size="small"
            column={2}
            items={[
              { key: "event", label: t("column.event"), children: names.received(event.event, event.event) },
              { key: "state", label: t("quarantine.state"), children: <Status tone={TONES[event.state]}>{t(`state.${event.state}`)}</Status> },
              { key: "source", label: t("column.source"), children: sourceNames.get(event.source_id) ?? event.source_id },
              { key: "received", label: t("quarantine.received"), children: <Moment at={event.received_at} seconds /> },
              { key: "message", label: t("quarantine.messageId"), children: <span className="mono">{event.message_id}<CopyButton text={event.message_id} /></span> },
              ...(event.replayed_at ? [{ key: "replayed", label: t("quarantine.replayedAt"), children: <Moment at={event.replayed_at} seconds /> }] : []),
            ]}
          />
          {event.state === "open" && !isCorrecting && (
            <Flex gap={8} wrap>
              <Tooltip title={mayWrite ? t("replay.asIsHint") : t("quarantine.forbidden")}>
                <Button icon={<ReloadOutlined />} disabled={!mayWrite} loading={replaying.isSending} onClick={() => void replaying.again([event]).then(() => Promise.all([query.refetch(), refresh()]))}>
                  {t("replay.asIs")}
                </Button>
              </Tooltip>
              <Tooltip title={!mayWrite ? t("quarantine.forbidden") : mayReveal ? t("correct.hint") : t("correct.forbidden")}>
                <Button type="primary" icon={<EditOutlined />} disabled={!mayWrite || !mayReveal} loading={isRevealing} onClick={() => void correct()}>{t("correct.action")}</Button>
              </Tooltip>
              <Tooltip title={mayWrite ? undefined : t("quarantine.forbidden")}>
                <Button icon={<DeleteOutlined />} disabled={!mayWrite} onClick={() => void turn(event, "discarded")}>{t("discard.action")}</Button>
              </Tooltip>
            </Flex>
          )}
          {event.state === "discarded" && (
            <Tooltip title={mayWrite ? undefined : t("quarantine.forbidden")}>
              <Button icon={<RollbackOutlined />} disabled={!mayWrite} style={{ alignSelf: "start" }} onClick={() => void turn(event, "open")}>{t("discard.takeBack")}</Button>
            </Tooltip>
          )}
          {isCorrecting && raw !== null ? (
            <Correction
              raw={raw}
              isSending={replaying.isSending}
              onDirty={onDirty}
              onCancel={stop}
              onSend={(text) =>
                void replaying.corrected(event, text).then(() => {
                  stop();
                  return Promise.all([query.refetch(), refresh()]);
                })
              }
            />
          ) : (
            <div>
              <Flex justify="space-between" align="center" style={{ marginBottom: 6 }}>
                <Typography.Text strong>{t("live.raw")}</Typography.Text>
                {raw === null && (
                  <Tooltip title={mayReveal ? t("detail.revealHint") : t("reveal.forbidden")}>
                    <Button size="small" icon={<EyeOutlined />} disabled={!mayReveal} loading={isRevealing} onClick={() => void reveal()}>{t("reveal.action")}</Button>
                  </Tooltip>
                )}
              </Flex>
              {raw !== null ? (
                <CodeBlock code={layOut(raw)} copied={raw} label={t("live.raw")} maxHeight={420} />
              ) : event.body ? (
                <JsonView value={event.body} label={t("live.raw")} maxHeight={420} />
              ) : (
                <Typography.Text type="secondary">{t("detail.noJson")}</Typography.Text>
              )}
            </div>
          )}
        </Flex>
      )}
    </QueryView>
  );
}
