import { ApiOutlined, ExperimentOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button, Card, Flex, Form, Input, Select, Segmented, Steps, Typography } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { type Language, chooseLanguage } from "@shared/i18n";
import { JobProgress } from "@shared/jobs/job-progress";
import { meOptions } from "@shared/session";
import { ProblemView } from "@shared/ui/problem-view";
import { EntryFrame } from "./entry-frame";

type Values = Pick<Schema<"Setup">, "code" | "name" | "email" | "password" | "workspace_name"> & { timezone: string };

const MIN_PASSWORD = 12;

/** The first run: language, owner and workspace; then demo data or a first source. */
export function SetupPage() {
  const { t, i18n } = useTranslation("account");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [step, setStep] = useState(0);
  const [form] = Form.useForm<Values>();
  const password = Form.useWatch("password", form) as string | undefined;
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const { data: bootstrap } = hooks.useQuery("get", "/api/v1/bootstrap", {}, { staleTime: Infinity });
  const [code] = useState(() => new URLSearchParams(location.hash.slice(1)).get("code") ?? "");
  const [wasSetUp, setWasSetUp] = useState<boolean>();
  if (bootstrap && wasSetUp === undefined) setWasSetUp(bootstrap.is_set_up);
  useEffect(() => {
    if (wasSetUp) void navigate({ to: "/" }); // who is not signed in is led to do that
  }, [wasSetUp, navigate]);

  const create = async (values: Values) => {
    setBusy(true);
    setProblem(null);
    try {
      const { data: me } = await api.POST("/api/v1/setup", { body: { ...values, locale: i18n.language === "zh" ? "zh" : "en" } });
      if (me) queries.setQueryData(meOptions().queryKey, me);
      await queries.invalidateQueries({ queryKey: ["get", "/api/v1/bootstrap"] });
      history.replaceState(history.state, "", location.pathname);
      setStep(1);
    } catch (thrown) {
      setProblem(thrown);
    }
    setBusy(false);
  };

  return (
    <EntryFrame title={t(step === 0 ? "setup.title" : "setup.dataTitle")} lead={t(step === 0 ? "setup.lead" : "setup.dataLead")} width={560}>
      <Steps size="small" current={step} items={[{ title: t("setup.stepOwner") }, { title: t("setup.stepData") }]} style={{ marginBottom: 20 }} />
      {step === 0 ? (
        <Flex vertical gap={16}>
          {problem !== null && <ProblemView problem={problem} />}
          <Form<Values>
            form={form}
            layout="vertical"
            requiredMark={false}
            initialValues={{ code, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone }}
            onFinish={(values) => void create(values)}
          >
            <Form.Item label={t("field.language")}>
              <LanguageChoice />
            </Form.Item>
            <Form.Item name="code" label={t("field.code")} extra={t("setup.codeHint")} hidden={code !== "" && problem === null} rules={[{ required: true, message: t("field.codeNeeded") }]}>
              <Input className="mono" autoComplete="off" />
            </Form.Item>
            <Form.Item name="name" label={t("field.name")} rules={[{ required: true, whitespace: true, message: t("field.nameNeeded") }]}>
              <Input autoFocus autoComplete="name" maxLength={100} />
            </Form.Item>
            <Form.Item name="email" label={t("field.email")} validateFirst rules={[{ required: true, message: t("field.emailNeeded") }, { type: "email", message: t("field.emailWrong") }]}>
              <Input autoComplete="username" inputMode="email" />
            </Form.Item>
            <Form.Item name="password" label={t("field.password")} extra={password && password.length < MIN_PASSWORD ? undefined : t("setup.passwordHint")} validateFirst rules={[{ required: true, message: t("field.passwordNeeded") }, { min: MIN_PASSWORD, message: t("field.passwordShort") }]}>
              <Input.Password autoComplete="new-password" />
            </Form.Item>
            <Flex gap={12} wrap>
              <Form.Item name="workspace_name" label={t("field.workspace")} style={{ flex: 1, minWidth: 180 }} rules={[{ required: true, whitespace: true, message: t("field.workspaceNeeded") }]}>
                <Input placeholder={t("setup.workspaceExample")} maxLength={100} />
              </Form.Item>
              <Form.Item name="timezone" label={t("field.timezone")} style={{ flex: 1, minWidth: 180 }}>
                <Select showSearch options={Intl.supportedValuesOf("timeZone").map((zone) => ({ value: zone, label: zone }))} />
              </Form.Item>
            </Flex>
            <Button type="primary" htmlType="submit" block size="large" loading={isBusy}>{t("setup.action")}</Button>
          </Form>
        </Flex>
      ) : (
        <FirstData />
      )}
    </EntryFrame>
  );
}

function LanguageChoice() {
  const { t, i18n } = useTranslation("account");
  return (
    <Segmented<Language>
      aria-label={t("field.language")}
      value={i18n.language as Language}
      onChange={(language) => void chooseLanguage(language)}
      // eslint-disable-next-line no-restricted-syntax -- a language is called by its own name
      options={[{ value: "zh", label: "简体中文" }, { value: "en", label: "English" }]}
    />
  );
}

function FirstData() {
  const { t } = useTranslation("account");
  const navigate = useNavigate();
  const [problem, setProblem] = useState<unknown>(null);
  const [jobId, setJobId] = useState<string>();
  const load = async () => {
    setProblem(null);
    try {
      const { data } = await api.POST("/api/v1/demo-data");
      setJobId(data?.job_id);
    } catch (thrown) {
      setProblem(thrown);
    }
  };
  const choice = (icon: React.ReactNode, name: "source" | "demo", action: () => void) => (
    <Card style={{ flex: 1, minWidth: 200 }} styles={{ body: { height: "100%" } }}>
      <Flex vertical gap={8} style={{ height: "100%" }}>
        <Typography.Title level={2} style={{ fontSize: 15 }}>{icon} {t(`setup.${name}`)}</Typography.Title>
        <Typography.Text type="secondary" style={{ flex: 1 }}>{t(`setup.${name}Hint`)}</Typography.Text>
        <Button type={name === "source" ? "primary" : "default"} onClick={action}>{t(`setup.${name}Action`)}</Button>
      </Flex>
    </Card>
  );
  return (
    <Flex vertical gap={16}>
      {problem !== null && <ProblemView problem={problem} />}
      {jobId ? (
        <JobProgress jobId={jobId} title={t("setup.demoLoading")} onFinished={() => void navigate({ to: "/" })} />
      ) : (
        <Flex gap={12} wrap>
          {choice(<ApiOutlined />, "source", () => void navigate({ to: "/sources" }))}
          {choice(<ExperimentOutlined />, "demo", () => void load())}
        </Flex>
      )}
      <Button type="link" onClick={() => void navigate({ to: "/" })}>{t(jobId ? "setup.goOn" : "setup.later")}</Button>
    </Flex>
  );
}
