import { ArrowLeftOutlined, ArrowRightOutlined, PlusOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Col, Flex, Row, Typography } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { Page } from "@shared/ui/page";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { QueryView } from "@shared/ui/query-view";
import { AudiencePicker } from "./audience/audience-picker";
import { ChosenAudience, audienceOptions } from "./audience/chosen-audience";
import type { Step } from "./draft/place";
import { Rename } from "./draft/rename";
import { StepBar } from "./draft/step-bar";
import { useVisited } from "./draft/visited";

/** The first step of a campaign that is nowhere yet: there is a draft as soon as something was chosen, not by looking. */
export function NewCampaignPage() {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const navigate = useNavigate();
  const { audience } = useSearch({ from: "/shell/campaigns/new" });
  const may = useMay("campaigns:write");
  const [name, setName] = useState(() => t("new.name", { date: formats.dateTime(new Date()) }));
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const isStarted = useRef(false);
  const { seen } = useVisited(null);
  const given = useQuery({ ...audienceOptions(audience ?? ""), enabled: audience !== undefined });

  const create = async (audienceId: string | undefined, step: Step | undefined) => {
    if (isStarted.current) return; // two clicks make one
    isStarted.current = true;
    setBusy(true);
    setProblem(null);
    try {
      const { data } = await api.POST("/api/v1/campaigns", { body: { name: name.trim() || t("new.title"), audience_id: audienceId ?? null } });
      if (data) await navigate({ to: "/campaigns/$campaignId", params: { campaignId: data.id }, search: { step }, replace: true });
    } catch (thrown) {
      isStarted.current = false;
      setProblem(thrown);
      setBusy(false);
    }
  };

  const back = <Link to="/campaigns"><ArrowLeftOutlined /> {t("title")}</Link>;
  if (!may) return <Page title={t("new.title")} before={back}><EmptyState title={t("may.write")} hint={t("may.ask")} /></Page>;
  return (
    <Page title={name} before={back} after={<Rename name={name} onRename={setName} />}>
      <StepBar at="audience" gaps={new Set()} seen={seen} onStep={(step) => void create(audience, step)} />
      {problem !== null && <div style={{ marginBottom: 14 }}><ProblemView problem={problem} /></div>}
      <Row gutter={[14, 14]}>
        <Col xs={24} lg={14}>
          <Panel
            title={t("audience.title")}
            extra={<Link to="/audiences/new"><Button size="small" type="text" icon={<PlusOutlined />}>{t("audience.create")}</Button></Link>}
          >
            <Flex vertical gap={12}>
              <AudiencePicker value={audience ?? null} name={given.data?.name} isBusy={isBusy} onChange={(id) => void create(id, undefined)} />
              {audience ? (
                <QueryView query={given} rows={2}>{(data) => <ChosenAudience audience={data} />}</QueryView>
              ) : (
                <Typography.Text type="secondary">{t("audience.hint")}</Typography.Text>
              )}
            </Flex>
          </Panel>
        </Col>
        <Col xs={24} lg={10}>
          <Panel title={t("new.next")}>
            <Typography.Text type="secondary">{t("new.nextHint")}</Typography.Text>
          </Panel>
        </Col>
      </Row>
      <Flex justify="end" style={{ marginTop: 16 }}>
        <Button type="primary" icon={<ArrowRightOutlined />} iconPlacement="end" loading={isBusy} onClick={() => void create(audience, "content")}>
          {t("step.next", { step: t("step.content") })}
        </Button>
      </Flex>
    </Page>
  );
}
