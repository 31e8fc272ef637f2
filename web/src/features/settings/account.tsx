import { Button, Flex, Form, Input, Radio, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { type Language, chooseLanguage } from "@shared/i18n";
import { useMe } from "@shared/session";
import { type Look, useLook } from "@shared/theme";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { QueryView } from "@shared/ui/query-view";
import { Status } from "@shared/ui/status";
import { Ago } from "@shared/ui/time";
import { useTell } from "@shared/ui/use-tell";

type Role = Schema<"RoleChange">["role"];

/** One's own matters: language and look of this browser, password, signed-in devices. */
export function Account() {
  const { t, i18n } = useTranslation(["settings", "shared"]);
  const { look, choose } = useLook();
  const me = useMe();
  return (
    <Flex vertical gap={16}>
      <Panel title={t("account.you")}>
        <Flex vertical gap={12}>
          <Typography.Text>{me.name} · {t(`role.${me.role as Role}`)}</Typography.Text>
          <Flex gap={24} wrap>
            <Radio.Group
              aria-label={t("account.language")}
              optionType="button"
              value={i18n.language}
              onChange={(event) => void chooseLanguage(event.target.value as Language)}
              // eslint-disable-next-line no-restricted-syntax -- a language is called by its own name
              options={[{ value: "zh", label: "中文" }, { value: "en", label: "English" }]}
            />
            <Radio.Group
              aria-label={t("account.look")}
              optionType="button"
              value={look}
              onChange={(event) => choose(event.target.value as Look)}
              options={(["light", "dark", "system"] as const).map((each) => ({ value: each, label: t(`shared:appearance.${each}`) }))}
            />
          </Flex>
        </Flex>
      </Panel>
      <Panel title={t("account.password")}>
        <PasswordForm />
      </Panel>
      <Panel title={t("account.sessions")}>
        <Sessions />
      </Panel>
    </Flex>
  );
}

function PasswordForm() {
  const { t } = useTranslation("settings");
  const tell = useTell();
  const [form] = Form.useForm<{ current_password: string; new_password: string }>();
  const change = hooks.useMutation("put", "/api/v1/me/password");
  const submit = async (values: { current_password: string; new_password: string }) => {
    await change.mutateAsync({ body: values });
    form.resetFields();
    tell.done(t("account.passwordChanged"));
  };
  return (
    <Form form={form} layout="vertical" requiredMark={false} style={{ maxWidth: 360 }} onFinish={(values) => void submit(values).catch(() => {})}>
      {change.error ? <div style={{ marginBottom: 12 }}><ProblemView problem={change.error} /></div> : null}
      <Form.Item name="current_password" label={t("account.currentPassword")} rules={[{ required: true, message: t("account.passwordNeeded") }]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Form.Item name="new_password" label={t("account.newPassword")} extra={t("account.passwordHint")} rules={[{ required: true, min: 12, message: t("account.passwordHint") }]}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Button htmlType="submit" loading={change.isPending}>{t("account.changePassword")}</Button>
    </Form>
  );
}

function Sessions() {
  const { t } = useTranslation("settings");
  const tell = useTell();
  const query = hooks.useQuery("get", "/api/v1/me/sessions");
  const [ending, setEnding] = useState<string>();
  const end = async (id: string) => {
    setEnding(id);
    try {
      await api.DELETE("/api/v1/me/sessions/{session_id}", { params: { path: { session_id: id } } });
      await query.refetch();
      tell.done(t("account.sessionEnded"));
    } catch (thrown) {
      tell.failed(thrown);
    }
    setEnding(undefined);
  };
  return (
    <QueryView query={query}>
      {({ items }) => (
        <ul style={{ listStyle: "none", margin: 0, padding: 0 }}>
          {items.map((session) => (
            <Flex component="li" key={session.id} justify="space-between" align="center" gap={12} style={{ padding: "8px 0" }}>
              <div>
                <Flex gap={8}>
                  {session.ip}
                  {session.is_current && <Status tone="good">{t("account.thisBrowser")}</Status>}
                </Flex>
                <Typography.Text type="secondary">{session.user_agent} · <Ago at={session.last_seen_at} /></Typography.Text>
              </div>
              {!session.is_current && (
                <Button size="small" loading={ending === session.id} onClick={() => void end(session.id)}>{t("account.endSession")}</Button>
              )}
            </Flex>
          ))}
        </ul>
      )}
    </QueryView>
  );
}
