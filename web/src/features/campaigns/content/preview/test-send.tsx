import { ExperimentOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Form, Input, Popover, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, hooks } from "@shared/api/client";
import { useMay, useMe } from "@shared/session";
import { ProblemView } from "@shared/ui/problem-view";
import type { Viewer } from "./use-render";

interface Props {
  campaignId: string;
  arm: string;
  viewer: Viewer;
  /** Who it was rendered for, also when that is the worst case. */
  profileId: string | null;
  /** Saves the draft: the test is made of what is saved. */
  flush: () => Promise<boolean>;
}

/** Sends a marked copy to one address. */
export function TestSend(props: Props) {
  const { t } = useTranslation("campaigns");
  return (
    <Popover trigger="click" placement="bottomRight" destroyOnHidden content={<TestForm {...props} />}>
      <Button size="small" icon={<ExperimentOutlined />}>{t("test.title")}</Button>
    </Popover>
  );
}

function TestForm({ campaignId, arm, viewer, profileId, flush }: Props) {
  const { t } = useTranslation("campaigns");
  const me = useMe();
  const mayUsers = useMay("users:read");
  const own = hooks.useQuery("get", "/api/v1/users/{user_id}", { params: { path: { user_id: me.id } } }, { enabled: mayUsers && me.kind === "user", staleTime: 300_000 });
  const [typed, setTyped] = useState<string | null>(null);
  const [state, setState] = useState<{ kind: "idle" | "sending" } | { kind: "sent"; to: string; id: string } | { kind: "failed"; problem: unknown }>({ kind: "idle" });
  const to = (typed ?? own.data?.email ?? "").trim();

  const send = async () => {
    setState({ kind: "sending" });
    try {
      if (!(await flush())) throw new Error(t("test.unsaved"));
      const { data } = await api.POST("/api/v1/campaigns/{campaign_id}/test", { params: { path: { campaign_id: campaignId } }, body: { to, arm, profile_id: profileId } });
      setState({ kind: "sent", to, id: data?.message_id ?? "" });
    } catch (problem) {
      setState({ kind: "failed", problem });
    }
  };

  return (
    <Form layout="vertical" style={{ width: 340 }} onFinish={() => void send()} aria-label={t("test.title")}>
      <Form.Item label={t("test.to")} htmlFor="test-to" extra={t(viewer.kind === "nobody" ? "test.asNobody" : "test.asPerson")} style={{ marginBottom: 10 }}>
        <Input id="test-to" type="email" autoFocus maxLength={254} value={typed ?? own.data?.email ?? ""} onChange={(event) => setTyped(event.target.value)} />
      </Form.Item>
      <Flex vertical gap={10}>
        <Button type="primary" htmlType="submit" loading={state.kind === "sending"} disabled={!/.@./.test(to)} style={{ alignSelf: "end" }}>{t("test.send")}</Button>
        <div aria-live="polite">
          {state.kind === "sent" && (
            <Alert type="success" showIcon title={t("test.sent", { to: state.to })} description={<Typography.Text className="mono" style={{ fontSize: 12 }}>{state.id}</Typography.Text>} />
          )}
          {state.kind === "failed" && <ProblemView problem={state.problem} title={t("test.failed")} />}
        </div>
      </Flex>
    </Form>
  );
}
