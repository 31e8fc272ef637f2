import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button, Flex, Form, Input, Spin } from "antd";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { chooseLanguage, hasChosenLanguage } from "@shared/i18n";
import { meOptions } from "@shared/session";
import { ProblemView } from "@shared/ui/problem-view";
import { EntryFrame } from "./entry-frame";
import { loginRoute } from "./routes";

/** Signs in with a password, or at once with the code of a one-time link. */
export function LoginPage() {
  const { t } = useTranslation("account");
  const { next } = loginRoute.useSearch();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const [code] = useState(() => new URLSearchParams(location.hash.slice(1)).get("code"));
  const isUsed = useRef(false);
  const { data: bootstrap } = hooks.useQuery("get", "/api/v1/bootstrap", {}, { staleTime: Infinity });

  const enter = async (signIn: () => Promise<{ data?: Schema<"Me"> }>) => {
    setBusy(true);
    setProblem(null);
    try {
      const { data: me } = await signIn();
      queries.clear();
      if (me) queries.setQueryData(meOptions().queryKey, me);
      if (me && !hasChosenLanguage()) await chooseLanguage(me.workspace.locale === "zh" ? "zh" : "en");
      // Only addresses of this page: a link may not lead somebody who has just signed in elsewhere. The router takes no
      // more than the path of it, and puts the server's own path before that.
      if (next && /^\/(?![/\\])/.test(next)) await navigate({ href: next });
      else await navigate({ to: "/" });
    } catch (thrown) {
      setProblem(thrown);
      setBusy(false);
    }
  };

  useEffect(() => {
    if (!code || isUsed.current) return;
    isUsed.current = true;
    history.replaceState(history.state, "", location.pathname + location.search); // it works once: keep it out of the history
    void enter(() => api.POST("/api/v1/login/code", { body: { code } }));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, at the start
  }, []);

  useEffect(() => {
    if (bootstrap && !bootstrap.is_set_up) void navigate({ to: "/setup" });
  }, [bootstrap, navigate]);

  const submit = (values: { email: string; password: string }) => enter(() => api.POST("/api/v1/login", { body: values }));

  return (
    <EntryFrame title={t("login.title")} lead={bootstrap?.is_demo ? t("login.demo") : undefined}>
      <Spin spinning={isBusy && code !== null}>
        <Flex vertical gap={16}>
          {problem !== null && <ProblemView problem={problem} />}
          <Form layout="vertical" requiredMark={false} onFinish={(values) => void submit(values)}>
            <Form.Item name="email" label={t("field.email")} rules={[{ required: true, message: t("field.emailNeeded") }]}>
              <Input autoFocus autoComplete="username" inputMode="email" size="large" />
            </Form.Item>
            <Form.Item name="password" label={t("field.password")} rules={[{ required: true, message: t("field.passwordNeeded") }]}>
              <Input.Password autoComplete="current-password" size="large" />
            </Form.Item>
            <Button type="primary" htmlType="submit" size="large" block loading={isBusy}>{t("login.action")}</Button>
          </Form>
          <span>{t("login.forgot")}</span>
        </Flex>
      </Spin>
    </EntryFrame>
  );
}
