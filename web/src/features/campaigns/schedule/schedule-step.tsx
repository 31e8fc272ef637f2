import { Checkbox, Col, Flex, Form, Input, Row, Switch, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Panel } from "@shared/ui/panel";
import type { Content } from "../content/model/block";
import type { DraftEditor } from "../draft/use-draft";
import { SenderField } from "./sender-field";
import { StartField } from "./start-field";

interface Props {
  campaignId: string;
  editor: DraftEditor;
}

const UTM_FIELDS = ["source", "medium", "campaign"] as const;

/** When it goes out, in whose name, and what is counted afterwards. */
export function ScheduleStep({ campaignId, editor }: Props) {
  const { t } = useTranslation("campaigns");
  const { draft, editContent } = editor;
  const { content } = draft;
  const set = (fields: Partial<Content>, key: string) => editContent((now) => ({ ...now, ...fields }), key);
  const slug = draft.name.trim().toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60);
  const sample = content.utm && new URLSearchParams(UTM_FIELDS.flatMap((name) => (content.utm?.[name] ? [[`utm_${name}`, content.utm[name]]] : []))).toString();

  return (
    <Row gutter={[14, 14]}>
      <Col xs={24} lg={12}>
        <Flex vertical gap={14}>
          <Panel title={t("start.title")}><StartField campaignId={campaignId} /></Panel>
          <Panel title={t("sender.title")}>
            <Form layout="vertical" component="div">
              <SenderField
                id="sender"
                label={t("sender.from")}
                placeholder={t("sender.default")}
                hint={t("sender.fromHint")}
                value={content.sender}
                onChange={(sender) => set({ sender }, "sender")}
              />
              <SenderField
                id="reply-to"
                label={t("sender.reply")}
                placeholder={t("sender.same")}
                hint={t("sender.replyHint")}
                value={content.reply_to}
                onChange={(reply_to) => set({ reply_to }, "reply_to")}
              />
            </Form>
          </Panel>
        </Flex>
      </Col>
      <Col xs={24} lg={12}>
        <Flex vertical gap={14}>
          <Panel title={t("track.title")}>
            <Flex vertical gap={8}>
              <Checkbox.Group
                value={content.track}
                options={[{ value: "opens", label: t("track.opens") }, { value: "clicks", label: t("track.clicks") }]}
                onChange={(track) => set({ track: (["opens", "clicks"] as const).filter((each) => track.includes(each)) }, "")}
              />
              <Typography.Text type="secondary">{t("track.hint")}</Typography.Text>
            </Flex>
          </Panel>
          <Panel
            title={t("utm.title")}
            extra={
              <Switch
                aria-label={t("utm.title")}
                checked={content.utm !== null}
                onChange={(has) => set({ utm: has ? { source: "tributary", medium: "email", campaign: slug } : null }, "")}
              />
            }
          >
            <Typography.Paragraph type="secondary">{t("utm.lead")}</Typography.Paragraph>
            {content.utm && (
              <Form layout="vertical" component="div">
                <Row gutter={10}>
                  {UTM_FIELDS.map((name) => (
                    <Col key={name} xs={24} sm={8}>
                      <Form.Item label={t(`utm.${name}`)} htmlFor={`utm-${name}`}>
                        <Input
                          id={`utm-${name}`}
                          maxLength={100}
                          value={content.utm?.[name]}
                          onChange={(event) => content.utm && set({ utm: { ...content.utm, [name]: event.target.value } }, `utm.${name}`)}
                        />
                      </Form.Item>
                    </Col>
                  ))}
                </Row>
                <Typography.Text type="secondary" className="mono" style={{ fontSize: 12 }}>{t("utm.sample", { parameters: sample })}</Typography.Text>
              </Form>
            )}
          </Panel>
        </Flex>
      </Col>
    </Row>
  );
}
