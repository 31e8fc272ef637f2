import { Button, Checkbox, Drawer, Flex, Form, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { useMe } from "@shared/session";
import { ProblemView } from "@shared/ui/problem-view";

interface Props {
  open: boolean;
  onClose: () => void;
  onCreated: (token: Schema<"TokenCreated">) => void;
}

const DAYS = [30, 90, 365, 0] as const;

export function NewToken({ open, onClose, onCreated }: Props) {
  const { t } = useTranslation("settings");
  const me = useMe();
  const { data: roles } = hooks.useQuery("get", "/api/v1/roles", {}, { staleTime: Infinity });
  const create = hooks.useMutation("post", "/api/v1/tokens");
  const submit = async ({ name, scopes, days }: { name: string; scopes: string[]; days: number }) => {
    const expires_at = days ? new Date(Date.now() + days * 86_400_000).toISOString() : null;
    onCreated(await create.mutateAsync({ body: { name, scopes, expires_at } }));
  };
  return (
    <Drawer open={open} onClose={onClose} title={t("tokens.add")} size={460} destroyOnHidden>
      <Form layout="vertical" requiredMark={false} initialValues={{ days: 90, scopes: [] }} onFinish={(values) => void submit(values).catch(() => {})}>
        {create.error ? <div style={{ marginBottom: 12 }}><ProblemView problem={create.error} /></div> : null}
        <Form.Item name="name" label={t("tokens.name")} extra={t("tokens.nameHint")} rules={[{ required: true, whitespace: true, message: t("tokens.nameNeeded") }]}>
          <Input autoFocus maxLength={100} />
        </Form.Item>
        <Form.Item name="days" label={t("tokens.expires")}>
          <Select options={DAYS.map((days) => ({ value: days, label: days ? t("tokens.days", { count: days }) : t("tokens.noEnd") }))} />
        </Form.Item>
        {/* What its maker may not do, a token may not do either. */}
        <Form.Item name="scopes" label={t("tokens.scopes")} rules={[{ type: "array", min: 1, message: t("tokens.scopesNeeded") }]}>
          <Checkbox.Group style={{ width: "100%" }}>
            <Flex vertical gap={6}>
              {me.scopes.map((scope) => (
                <Checkbox key={scope} value={scope}>
                  {roles?.scopes[scope] ?? scope}
                </Checkbox>
              ))}
            </Flex>
          </Checkbox.Group>
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={create.isPending}>{t("tokens.add")}</Button>
      </Form>
    </Drawer>
  );
}
