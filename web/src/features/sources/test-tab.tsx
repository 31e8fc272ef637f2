import { SendOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Form, Input, Steps, Tooltip, Typography } from "antd";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { CodeBlock } from "@shared/ui/code-block";
import { LinkButton } from "@shared/ui/link-button";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import type { Source } from "./health";
import { type Trial, useTestEvent } from "./use-test-event";

// A name of the protocol, not a text: it is what the event is called in every language.
const DEFAULT_NAME = "Test Event";

/** Sends an event as if the source had, and shows it arriving. */
export function TestTab({ source }: { source: Source }) {
  const { t } = useTranslation("sources");
  const maySend = useMay("sources:write");
  const [name, setName] = useState(DEFAULT_NAME);
  const { trial, send } = useTestEvent(source.id);
  const queries = useQueryClient();
  const isStored = trial.phase === "stored";
  useEffect(() => {
    if (isStored) void queries.invalidateQueries(hooks.queryOptions("get", "/api/v1/sources/health"));
  }, [isStored, queries]);
  const isUnderway = trial.phase === "sending" || (trial.phase === "received" && !trial.isOverdue);
  return (
    <Panel title={t("test.title")}>
      <Flex vertical gap={16}>
        <Typography.Text type="secondary">{t("test.lead")}</Typography.Text>
        <Form layout="inline" onFinish={() => void send(name.trim() || DEFAULT_NAME)}>
          <Form.Item label={t("test.name")} htmlFor="test-event-name">
            <Input id="test-event-name" value={name} maxLength={200} onChange={(event) => setName(event.target.value)} style={{ width: 220 }} />
          </Form.Item>
          <Tooltip title={maySend ? (source.is_enabled ? undefined : t("test.disabled")) : t("test.forbidden")}>
            <Button type="primary" htmlType="submit" icon={<SendOutlined />} loading={isUnderway} disabled={!maySend || !source.is_enabled}>
              {t(trial.phase === "idle" ? "test.send" : "test.again")}
            </Button>
          </Tooltip>
        </Form>
        {trial.phase !== "idle" && <Way trial={trial} source={source} />}
      </Flex>
    </Panel>
  );
}

function Way({ trial, source }: { trial: Trial; source: Source }) {
  const { t } = useTranslation("sources");
  const formats = useFormats();
  const { phase, seen, receivedAfter, storedAfter } = trial;
  if (phase === "refused") return <ProblemView problem={trial.problem} title={t("test.refused")} />;
  const isThere = phase === "stored";
  const isBad = seen?.status === "quarantined";
  const after = (milliseconds: number | null) => (milliseconds === null ? undefined : t("test.after", { time: formats.duration(milliseconds) }));
  return (
    <>
      <div aria-live="polite">
        <Steps
          size="small"
          current={phase === "sending" ? 0 : 2}
          status={isThere ? (isBad ? "error" : "finish") : trial.isOverdue ? "error" : "process"}
          items={[
            { title: t("test.sent"), content: t("test.sentHint") },
            { title: t("test.received"), content: after(receivedAfter) ?? t("test.receivedHint") },
            { title: seen ? t(`outcome.${seen.status}`) : t(trial.isOverdue ? "test.notYet" : "test.stored"), content: after(storedAfter) ?? t("test.storedHint") },
          ]}
        />
      </div>
      {seen && (
        <>
          {isBad && <Alert type="error" showIcon title={seen.reason_text ?? seen.reason} />}
          <Flex gap={8} wrap>
            <LinkButton to="/events" search={{ source: source.id, event: [seen.event] }}>{t("test.toEvent")}</LinkButton>
            {seen.profile_id && <LinkButton to="/people/$profileId" params={{ profileId: seen.profile_id }}>{t("test.toPerson")}</LinkButton>}
            {seen.quarantine_id && <LinkButton to="/quarantine" search={{ open: seen.quarantine_id }}>{t("test.toQuarantine")}</LinkButton>}
          </Flex>
          <div>
            <Typography.Text strong>{t("test.content")}</Typography.Text>
            <CodeBlock code={JSON.stringify(seen.canonical ?? seen.raw, null, 2)} label={t("test.content")} />
          </div>
        </>
      )}
      {trial.isOverdue && <Overdue trial={trial} />}
    </>
  );
}

/** It does not arrive: what the pipeline says, and what to look at. */
function Overdue({ trial }: { trial: Trial }) {
  const { t } = useTranslation("sources");
  const formats = useFormats();
  const { pipeline } = trial;
  const causes: string[] = [];
  if (pipeline && !pipeline.is_running) causes.push(t("overdue.stopped"));
  if (pipeline && pipeline.lag_records > 0)
    causes.push(
      t("overdue.lag", {
        count: pipeline.lag_records, number: formats.number(pipeline.lag_records),
        since: pipeline.oldest_unread_at ? formats.relative(pipeline.oldest_unread_at) : "–",
      }),
    );
  if (pipeline?.last_error) causes.push(t("overdue.error", { error: pipeline.last_error }));
  if (pipeline && causes.length === 0) causes.push(t("overdue.sampled"));
  if (!pipeline) causes.push(t("overdue.unknown"));
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      title={t("overdue.title")}
      description={
        <>
          <ul style={{ margin: "0 0 6px", paddingInlineStart: 18 }}>{causes.map((each) => <li key={each}>{each}</li>)}</ul>
          <Typography.Text type="secondary">{t("overdue.safe", { id: trial.messageId ?? "" })}</Typography.Text>
        </>
      }
    />
  );
}
