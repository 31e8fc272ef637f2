import { useQueryClient } from "@tanstack/react-query";
import { Button, Flex, Form, Input, Switch, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { asProblem } from "@shared/api/problem";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { useConfirm } from "@shared/ui/confirm";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { UnsavedGuard } from "@shared/ui/unsaved-guard";
import { useTell } from "@shared/ui/use-tell";
import type { Health, Source } from "./health";
import { OriginsField } from "./origins-field";
import { RotateKey } from "./rotate-key";
import { SigningPanel } from "./signing-panel";
import { useFreeName } from "./taken-name";

interface Props {
  source: Source;
  health: Health | undefined;
}

/** Name, web sites, on or off, and the write key. */
export function SettingsTab({ source, health }: Props) {
  const { t } = useTranslation("sources");
  const mayWrite = useMay("sources:write");
  return (
    <Flex vertical gap={12} style={{ maxWidth: 760 }}>
      {!mayWrite && <Typography.Text type="secondary">{t("settings.forbidden")}</Typography.Text>}
      <Details source={source} mayWrite={mayWrite} />
      {source.kind !== "import" && <RotateKey source={source} mayWrite={mayWrite} />}
      {(source.kind === "web" || source.kind === "mobile") && <SigningPanel source={source} mayWrite={mayWrite} />}
      <OnOff source={source} health={health} mayWrite={mayWrite} />
    </Flex>
  );
}

interface PartProps {
  source: Source;
  mayWrite: boolean;
}

function Details({ source, mayWrite }: PartProps) {
  const { t } = useTranslation("sources");
  const tell = useTell();
  const queries = useQueryClient();
  const freeName = useFreeName(source.id);
  const [form] = Form.useForm<Pick<Source, "name" | "allowed_origins">>();
  const [isDirty, setDirty] = useState(false);
  const save = hooks.useMutation("patch", "/api/v1/sources/{source_id}", {
    onSuccess: () => {
      setDirty(false);
      tell.done(t("settings.saved"));
      void queries.invalidateQueries();
    },
  });
  const problem = save.error ? asProblem(save.error) : null;
  const isNameTaken = problem?.status === 409;
  return (
    <Panel title={t("settings.details")}>
      <UnsavedGuard isDirty={isDirty} />
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        disabled={!mayWrite}
        initialValues={{ name: source.name, allowed_origins: source.allowed_origins }}
        onValuesChange={() => {
          setDirty(true);
          save.reset();
        }}
        onFinish={({ name, allowed_origins }) =>
          save.mutate({ params: { path: { source_id: source.id } }, body: { name: name.trim(), ...(source.kind === "web" ? { allowed_origins } : {}) } })
        }
      >
        {problem && !isNameTaken && <div style={{ marginBottom: 12 }}><ProblemView problem={problem} /></div>}
        <Form.Item
          name="name"
          label={t("name.label")}
          rules={[{ required: true, whitespace: true, message: t("name.missing") }, { max: 100, message: t("name.long") }, freeName]}
          {...(isNameTaken ? { validateStatus: "error" as const, help: problem?.message } : {})}
        >
          <Input maxLength={101} />
        </Form.Item>
        {source.kind === "web" && <OriginsField />}
        <Flex gap={8}>
          <Button type="primary" htmlType="submit" disabled={!isDirty || !mayWrite} loading={save.isPending}>{t("settings.save")}</Button>
          {isDirty && (
            <Button
              onClick={() => {
                form.resetFields();
                setDirty(false);
                save.reset();
              }}
            >
              {t("settings.revert")}
            </Button>
          )}
        </Flex>
      </Form>
    </Panel>
  );
}

function OnOff({ source, health, mayWrite }: PartProps & Props) {
  const { t } = useTranslation("sources");
  const formats = useFormats();
  const tell = useTell();
  const confirm = useConfirm();
  const queries = useQueryClient();
  const change = hooks.useMutation("patch", "/api/v1/sources/{source_id}", { onSuccess: () => queries.invalidateQueries() });
  const turn = (isEnabled: boolean) => change.mutateAsync({ params: { path: { source_id: source.id } }, body: { is_enabled: isEnabled } });
  const enable = () => turn(true).then(() => tell.done(t("enable.done")), (problem: unknown) => tell.failed(problem));
  const disable = () =>
    confirm({
      title: t("disable.title", { name: source.name }),
      impact: (
        <>
          {t("disable.impact")}{" "}
          {health && health.received_24h > 0 && t("disable.lately", { count: health.received_24h, number: formats.number(health.received_24h) })}
        </>
      ),
      action: t("disable.action"),
      onConfirm: () => turn(false).then(() => tell.done(t("disable.done"), { undo: () => void enable() }), (problem: unknown) => tell.failed(problem)),
    });
  return (
    <Panel title={t("settings.onOff")}>
      <Flex gap={12} align="center">
        <Switch checked={source.is_enabled} loading={change.isPending} disabled={!mayWrite} aria-label={t("settings.receives")} onChange={(isOn) => void (isOn ? enable() : disable())} />
        <div>
          <Typography.Text strong>{t(source.is_enabled ? "settings.isOn" : "settings.isOff")}</Typography.Text>
          <Typography.Text type="secondary" style={{ display: "block" }}>{t(source.is_enabled ? "settings.isOnHint" : "settings.isOffHint")}</Typography.Text>
        </div>
      </Flex>
    </Panel>
  );
}
