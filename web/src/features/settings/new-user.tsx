import { Button, Drawer, Form, Input, Radio, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { ProblemView } from "@shared/ui/problem-view";

interface Props {
  open: boolean;
  roles: Schema<"RoleOut">[];
  onClose: () => void;
  /** The password is null when the person had an account already. */
  onCreated: (email: string, password: string | null) => void;
}

export function NewUser({ open, roles, onClose, onCreated }: Props) {
  const { t, i18n } = useTranslation("settings");
  const create = hooks.useMutation("post", "/api/v1/users");
  const submit = async (values: Pick<Schema<"UserCreate">, "email" | "name" | "role">) => {
    const made = await create.mutateAsync({ body: { ...values, locale: i18n.language === "zh" ? "zh" : "en" } });
    onCreated(values.email, made.password);
  };
  return (
    <Drawer open={open} onClose={onClose} title={t("users.add")} size={420} destroyOnHidden>
      <Form layout="vertical" requiredMark={false} initialValues={{ role: "marketer" }} onFinish={(values) => void submit(values).catch(() => {})}>
        {create.error ? <div style={{ marginBottom: 12 }}><ProblemView problem={create.error} /></div> : null}
        <Form.Item name="name" label={t("users.name")} rules={[{ required: true, whitespace: true, message: t("users.nameNeeded") }]}>
          <Input autoFocus maxLength={100} />
        </Form.Item>
        <Form.Item name="email" label={t("users.email")} rules={[{ required: true, type: "email", message: t("users.emailNeeded") }]}>
          <Input inputMode="email" autoComplete="off" />
        </Form.Item>
        <Form.Item name="role" label={t("users.role")}>
          <Radio.Group
            options={roles.map((role) => ({
              value: role.name,
              label: <>{role.title}<Typography.Text type="secondary" style={{ display: "block" }}>{role.description}</Typography.Text></>,
            }))}
            style={{ display: "flex", flexDirection: "column", gap: 8 }}
          />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={create.isPending}>{t("users.add")}</Button>
      </Form>
    </Drawer>
  );
}
