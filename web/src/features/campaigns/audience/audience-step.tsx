import { PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Col, Flex, Form, Row, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import type { DraftEditor } from "../draft/use-draft";
import { AudiencePicker } from "./audience-picker";
import { ChosenAudience, audienceOptions } from "./chosen-audience";
import { GoalFields } from "./goal-fields";
import { PurposeField } from "./purpose-field";
import { ReachPanel } from "./reach-panel";

interface Props {
  campaignId: string;
  editor: DraftEditor;
}

/** Who gets it, what for, and by which right. */
export function AudienceStep({ campaignId, editor }: Props) {
  const { t } = useTranslation("campaigns");
  const { draft, edit, editContent } = editor;
  const audience = useQuery({ ...audienceOptions(draft.audience_id ?? ""), enabled: draft.audience_id !== null });
  const settings = hooks.useQuery("get", "/api/v1/consent-settings", {}, { staleTime: 60_000 });

  return (
    <Row gutter={[14, 14]}>
      <Col xs={24} lg={14}>
        <Flex vertical gap={14}>
          <Panel
            title={t("audience.title")}
            extra={<Link to="/audiences/new"><Button size="small" type="text" icon={<PlusOutlined />}>{t("audience.create")}</Button></Link>}
          >
            <Flex vertical gap={12}>
              <AudiencePicker value={draft.audience_id} name={audience.data?.name} onChange={(id) => edit((now) => ({ ...now, audience_id: id }))} />
              {draft.audience_id ? (
                <QueryView query={audience} rows={2}>{(data) => <ChosenAudience audience={data} />}</QueryView>
              ) : (
                <Typography.Text type="secondary">{t("audience.hint")}</Typography.Text>
              )}
            </Flex>
          </Panel>
          <Panel title={t("goal.title")}>
            <Typography.Paragraph type="secondary">{t("goal.lead")}</Typography.Paragraph>
            <GoalFields goal={draft.content.goal} onChange={(goal) => editContent((content) => ({ ...content, goal }), "goal")} />
          </Panel>
        </Flex>
      </Col>
      <Col xs={24} lg={10}>
        <Flex vertical gap={14}>
          <ReachPanel campaignId={campaignId} editor={editor} />
          <Panel title={t("purpose.title")}>
            <Form layout="vertical" component="div">
              <Form.Item
                label={t("purpose.label")}
                htmlFor="purpose"
                style={{ marginBottom: 0 }}
                extra={settings.data && t(`purpose.${settings.data.default_basis}`)}
              >
                <PurposeField id="purpose" value={draft.content.purpose} onChange={(purpose) => editContent((content) => ({ ...content, purpose }), "purpose")} />
              </Form.Item>
            </Form>
          </Panel>
        </Flex>
      </Col>
    </Row>
  );
}
