import { useQueryClient } from "@tanstack/react-query";
import { Button, Flex, Form, Input, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { setFormatDefaults, useFormats } from "@shared/format";
import { meOptions, useMay } from "@shared/session";
import { ApiButton } from "@shared/ui/api-button";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { UnsavedGuard } from "@shared/ui/unsaved-guard";
import { useTell } from "@shared/ui/use-tell";

type Workspace = Schema<"WorkspaceOut">;
type Values = Pick<Workspace, "name" | "timezone" | "locale" | "currency">;

/** Name, language, time zone and currency of the workspace. */
export function WorkspaceSettings() {
  const query = hooks.useQuery("get", "/api/v1/workspaces/current");
  return (
    <Panel>
      <QueryView query={query}>{(workspace) => <Fields key={workspace.id} workspace={workspace} />}</QueryView>
    </Panel>
  );
}

const valuesOf = ({ name, timezone, locale, currency }: Workspace): Values => ({ name, timezone, locale, currency });

function Fields({ workspace }: { workspace: Workspace }) {
  const { t, i18n } = useTranslation("settings");
  const tell = useTell();
  const formats = useFormats();
  const queries = useQueryClient();
  const mayChange = useMay("workspace:write");
  const [form] = Form.useForm<Values>();
  const [isDirty, setDirty] = useState(false);
  const [now] = useState(Date.now);
  const change = hooks.useMutation("patch", "/api/v1/workspaces/current");

  const save = async (values: Values) => {
    try {
      const before = valuesOf(workspace);
      const saved = await change.mutateAsync({ body: { ...values, locale: values.locale === "zh" ? "zh" : "en" } });
      setFormatDefaults(saved);
      setDirty(false);
      await queries.invalidateQueries({ queryKey: meOptions().queryKey });
      await queries.invalidateQueries({ queryKey: ["get", "/api/v1/workspaces/current"] });
      tell.done(t("saved"), {
        undo: () => {
          form.setFieldsValue(before);
          void save(before);
        },
      });
    } catch (thrown) {
      tell.failed(thrown);
    }
  };
  const names = new Intl.DisplayNames(i18n.language === "zh" ? "zh-CN" : "en", { type: "currency" });

  return (
    <Form<Values>
      form={form}
      layout="vertical"
      requiredMark={false}
      disabled={!mayChange}
      initialValues={valuesOf(workspace)}
      style={{ maxWidth: 460 }}
      onValuesChange={() => setDirty(true)}
      onFinish={(values) => void save(values)}
    >
      <Form.Item name="name" label={t("workspace.name")} rules={[{ required: true, whitespace: true, message: t("workspace.nameNeeded") }]}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="locale" label={t("workspace.language")} extra={t("workspace.languageHint")}>
        {/* eslint-disable-next-line no-restricted-syntax -- a language is called by its own name */}
        <Select options={[{ value: "zh", label: "简体中文" }, { value: "en", label: "English" }]} />
      </Form.Item>
      <Form.Item name="timezone" label={t("workspace.timezone")} extra={t("workspace.timezoneHint", { now: formats.dateTime(now) })}>
        <Select showSearch options={Intl.supportedValuesOf("timeZone").map((zone) => ({ value: zone, label: zone }))} />
      </Form.Item>
      <Form.Item name="currency" label={t("workspace.currency")}>
        <Select
          showSearch={{ optionFilterProp: "label" }}
          options={Intl.supportedValuesOf("currency").map((code) => ({ value: code, label: `${code} · ${names.of(code) ?? code}` }))}
        />
      </Form.Item>
      <Flex gap={8} align="center">
        <Button type="primary" htmlType="submit" loading={change.isPending} disabled={!mayChange || !isDirty}>{t("save")}</Button>
        <ApiButton method="PATCH" path="/workspaces/current" body={{ timezone: workspace.timezone }} />
        {!mayChange && <Typography.Text type="secondary">{t("workspace.ownersOnly")}</Typography.Text>}
      </Flex>
      <UnsavedGuard isDirty={isDirty} />
    </Form>
  );
}
