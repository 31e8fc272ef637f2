import { ReloadOutlined, SendOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Col, Flex, Row, Tooltip, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { asProblem } from "@shared/api/problem";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { ApiButton } from "@shared/ui/api-button";
import { useConfirm } from "@shared/ui/confirm";
import { EmptyState } from "@shared/ui/empty-state";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { useNow } from "@shared/ui/time";
import { useTell } from "@shared/ui/use-tell";
import { audienceOptions } from "../audience/chosen-audience";
import type { GoTo } from "../draft/editor";
import { type DraftEditor, campaignOptions } from "../draft/use-draft";
import { usePlannedStart } from "../schedule/plan";
import { WHOLE, holdoutShare } from "../split/model";
import { CheckNumbers } from "./check-numbers";
import { ProblemList } from "./problem-list";
import { Summary } from "./summary";
import { type Check, expected, useCheck } from "./use-check";

interface Props {
  campaignId: string;
  editor: DraftEditor;
  goTo: GoTo;
}

const MANY = 1_000; // from here on, the number has to be typed

/** The last look before it goes out. */
export function CheckStep({ campaignId, editor, goTo }: Props) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const tell = useTell();
  const confirm = useConfirm();
  const queries = useQueryClient();
  const maySend = useMay("campaigns:send");
  const [startsAt, plan] = usePlannedStart(campaignId);
  const now = useNow(15_000);
  const [isLaunching, setLaunching] = useState(false);
  const { draft } = editor;
  const check = useCheck(campaignId, editor);
  const audience = useQuery({ ...audienceOptions(draft.audience_id ?? ""), enabled: draft.audience_id !== null });
  const held = holdoutShare(draft.content.arms) / WHOLE;
  const path = { params: { path: { campaign_id: campaignId } } };

  const launch = async () => {
    setLaunching(true);
    try {
      const { data } = await api.POST("/api/v1/campaigns/{campaign_id}/launch", { ...path, body: { scheduled_at: startsAt, base_revision: editor.editing.saver.saved.revision } });
      plan(null);
      if (data) queries.setQueryData(campaignOptions(campaignId).queryKey, data);
      void queries.invalidateQueries({ queryKey: ["get", "/api/v1/campaigns"] });
      tell.done(t(startsAt ? "launch.scheduled" : "launch.started"));
    } catch (thrown) {
      tell.failed(thrown, t("launch.failed"));
      void queries.invalidateQueries({ queryKey: campaignOptions(campaignId).queryKey }); // somebody else may have changed it
      const problem = asProblem(thrown);
      if (problem.path) goTo(problem.path);
    } finally {
      setLaunching(false);
    }
  };
  const messagesOf = (result: Check) => Math.round(expected(result) * (1 - held));
  const ask = (result: Check) => {
    const count = messagesOf(result);
    const number = formats.number(count);
    confirm({
      title: startsAt ? t("launch.askLater", { count, number, time: formats.dateTime(startsAt) }) : t("launch.ask", { count, number }),
      impact: t(startsAt ? "launch.impactLater" : "launch.impact"),
      action: startsAt ? t("launch.schedule") : t("launch.sendTo", { count, number }),
      typed: count >= MANY ? String(count) : undefined,
      onConfirm: launch,
    });
  };

  // Without an audience there is nothing to count, and every number here would be 0.
  if (draft.audience_id === null)
    return (
      <Panel title={t("check.problems")}>
        <EmptyState
          title={t("check.noAudience")}
          hint={t("check.noAudienceHint")}
          action={<Button type="primary" onClick={() => goTo("audience_id")}>{t("check.chooseAudience")}</Button>}
        />
      </Panel>
    );
  return (
    <QueryView query={check} rows={8}>
      {(result) => {
        const count = messagesOf(result);
        const isLate = startsAt !== null && Date.parse(startsAt) <= now;
        const reason = !maySend ? t("may.send") : !result.can_launch ? t("launch.mend") : isLate ? t("start.past") : undefined;
        return (
          <Row gutter={[14, 14]}>
            <Col xs={24} lg={13}>
              <Flex vertical gap={14}>
                <Panel
                  title={t("check.problems")}
                  extra={<Button size="small" type="text" icon={<ReloadOutlined />} loading={check.isFetching} onClick={() => void check.refetch()}>{t("check.again")}</Button>}
                >
                  <ProblemList problems={result.problems} goTo={goTo} armName={(index) => draft.content.arms[index]?.name} />
                </Panel>
                <Panel title={t("check.numbers")}><CheckNumbers check={result} held={held} /></Panel>
              </Flex>
            </Col>
            <Col xs={24} lg={11}>
              <Panel title={t("summary.title")}>
                <Flex vertical gap={16} align="start">
                  <Summary draft={draft} audience={{ name: audience.data?.name ?? t("summary.nobody"), size: audience.data?.size ?? null }} startsAt={startsAt} />
                  <Flex gap={8} wrap>
                    <Tooltip title={reason}>
                      <Button
                        type="primary"
                        size="large"
                        icon={<SendOutlined />}
                        loading={isLaunching}
                        disabled={reason !== undefined || check.isFetching}
                        onClick={() => ask(result)}
                      >
                        {startsAt ? t("launch.scheduleFor", { time: formats.dateTime(startsAt) }) : t("launch.sendTo", { count, number: formats.number(count) })}
                      </Button>
                    </Tooltip>
                    <ApiButton method="POST" path={`/campaigns/${campaignId}/launch`} body={{ scheduled_at: startsAt }} />
                  </Flex>
                  {reason && <Typography.Text type="secondary">{reason}</Typography.Text>}
                </Flex>
              </Panel>
            </Col>
          </Row>
        );
      }}
    </QueryView>
  );
}
