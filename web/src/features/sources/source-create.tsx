import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button, Drawer, Flex, Form, Input, Radio, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { asProblem } from "@shared/api/problem";
import { ProblemView } from "@shared/ui/problem-view";
import { useTell } from "@shared/ui/use-tell";
import { OriginsField } from "./origins-field";
import { KIND_ICONS } from "./source-signs";
import { useFreeName } from "./taken-name";

const KINDS = ["web", "server", "mobile", "webhook", "import"] as const;

interface Props {
  open: boolean;
  onClose: () => void;
}

/** Makes a source and leads to where it is connected. */
export function SourceCreate({ open, onClose }: Props) {
  const { t } = useTranslation("sources");
  const tell = useTell();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const freeName = useFreeName();
  const [form] = Form.useForm<Schema<"SourceCreate">>();
  const kind = Form.useWatch("kind", form) as Schema<"SourceCreate">["kind"] | undefined;
  const create = hooks.useMutation("post", "/api/v1/sources", {
    onSuccess: (source) => {
      void queries.invalidateQueries();
      tell.done(t("create.done", { name: source.name }));
      void navigate({ to: "/sources/$sourceId", params: { sourceId: source.id }, search: { tab: "connect" } });
    },
  });
  const problem = create.error ? asProblem(create.error) : null;
  const isNameTaken = problem?.status === 409;
  return (
    <Drawer
      open={open}
      onClose={onClose}
      title={t("create.title")}
      size={480}
      destroyOnHidden
      afterOpenChange={(isOpen) => !isOpen && create.reset()}
      footer={
        <Flex justify="end" gap={8}>
          <Button onClick={onClose}>{t("create.cancel")}</Button>
          <Button type="primary" loading={create.isPending} onClick={() => form.submit()}>{t("create.submit")}</Button>
        </Flex>
      }
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        initialValues={{ kind: "web", allowed_origins: [] }}
        onFinish={(values) => create.mutate({ body: { name: values.name.trim(), kind: values.kind, allowed_origins: values.kind === "web" ? values.allowed_origins : [] } })}
      >
        {problem && !isNameTaken && <div style={{ marginBottom: 12 }}><ProblemView problem={problem} /></div>}
        <Form.Item
          name="name"
          label={t("name.label")}
          extra={t("name.extra")}
          rules={[{ required: true, whitespace: true, message: t("name.missing") }, { max: 100, message: t("name.long") }, freeName]}
          {...(isNameTaken ? { validateStatus: "error" as const, help: problem?.message } : {})}
        >
          <Input autoFocus maxLength={101} onChange={() => create.reset()} />
        </Form.Item>
        <Form.Item name="kind" label={t("create.kind")}>
          <Radio.Group style={{ width: "100%" }}>
            <Flex vertical gap={2}>
              {KINDS.map((each) => (
                <Radio key={each} value={each} style={{ padding: "6px 0" }}>
                  <Flex gap={10} align="center">
                    <span aria-hidden style={{ fontSize: 16 }}>{KIND_ICONS[each]}</span>
                    <span>
                      <Typography.Text strong={kind === each}>{t(`kind.${each}.name`)}</Typography.Text>
                      <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>{t(`kind.${each}.hint`)}</Typography.Text>
                    </span>
                  </Flex>
                </Radio>
              ))}
            </Flex>
          </Radio.Group>
        </Form.Item>
        {kind === "web" && <OriginsField />}
      </Form>
    </Drawer>
  );
}
