import { EyeInvisibleOutlined, EyeOutlined, LeftOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Alert, Button, Col, Flex, Row, Tabs, Tooltip } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNames } from "@shared/names";
import { hooks } from "@shared/api/client";
import { useMay } from "@shared/session";
import { ApiButton } from "@shared/ui/api-button";
import { CopyButton } from "@shared/ui/copy-button";
import { FaultBoundary } from "@shared/ui/fault-boundary";
import { Page } from "@shared/ui/page";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { Ago } from "@shared/ui/time";
import { Accounts } from "./accounts";
import { Consent } from "./consent";
import { Identity } from "./identity/identity";
import { PlainIdentity } from "./identity/plain-identity";
import { Memberships } from "./memberships";
import { Messages } from "./messages";
import { GoldenRecord } from "./golden-record";
import { personRoute } from "./routes";
import { Timeline } from "./timeline";


/** Everything about one person. Personal data is masked until it is revealed, which is written down. */
export function PersonPage() {
  const { profileId } = personRoute.useParams();
  return <Person key={profileId} profileId={profileId} />;
}

function Person({ profileId }: { profileId: string }) {
  const { t } = useTranslation("people");
  const { tab, from } = personRoute.useSearch();
  const navigate = personRoute.useNavigate();
  const names = useNames();
  const mayReveal = useMay("profiles:reveal");
  const mayGraph = useMay("identity:read");
  const [reveal, setReveal] = useState(false); // kept nowhere: leaving the page hides it again
  const query = hooks.useQuery("get", "/api/v1/profiles/{profile_id}", { params: { path: { profile_id: profileId }, query: { reveal } } }, { placeholderData: (before) => before });
  const person = query.data;
  const name = person ? person.display_name || names.anonymous : profileId;
  // The id of a profile that was merged leads to the person that has it now.
  const current = query.isPlaceholderData ? undefined : person?.id;
  useEffect(() => {
    if (current && current !== profileId) void navigate({ params: { profileId: current }, search: (before) => ({ ...before, from: profileId }), replace: true });
  }, [current, profileId, navigate]);
  const beside = (content: ReactNode) => (
    <Row gutter={[16, 16]}>
      <Col xs={24} xl={10}>
        <Flex vertical gap={16}>
          {person && <Accounts groups={person.groups} />}
          <GoldenRecord query={query} profileId={profileId} reveal={reveal} />
          <Panel title={t("consent.title")}><Consent profileId={profileId} /></Panel>
        </Flex>
      </Col>
      <Col xs={24} xl={14}><Panel>{content}</Panel></Col>
    </Row>
  );
  const tabs = [
    { key: "timeline", label: t("tab.timeline"), children: beside(<Timeline profileId={profileId} reveal={reveal} />) },
    { key: "audiences", label: t("tab.audiences"), children: beside(<Memberships profileId={profileId} />) },
    { key: "identity", label: t("tab.identity"), children: mayGraph ? <Identity profileId={profileId} reveal={reveal} /> : beside(<PlainIdentity profileId={profileId} />) }, // a graph needs room
    { key: "messages", label: t("tab.messages"), children: beside(<Messages profileId={profileId} />) },
  ];
  const back = <Link to="/people"><LeftOutlined /> {t("title")}</Link>;
  // Without the person no part of the page has anything to say.
  if (query.error && !person) return <Page title={name} before={back}><ProblemView problem={query.error} onRetry={() => void query.refetch()} /></Page>;
  return (
    <Page
      title={name}
      before={back}
      lead={
        person && (
          <Flex gap={14} wrap align="center">
            <span className="mono">{person.id} <CopyButton text={person.id} /></span>
            <span>{t("seenFirst")} <Ago at={person.first_seen} /></span>
            <span>{t("seenLast")} <Ago at={person.last_seen} /></span>
          </Flex>
        )
      }
      actions={
        <>
          <ApiButton method="GET" path={tab === "identity" ? `/profiles/${profileId}/graph` : `/profiles/${profileId}`} />
          <Tooltip title={t(mayReveal ? "reveal.hint" : "reveal.noRight")}>
            <Button icon={reveal ? <EyeInvisibleOutlined /> : <EyeOutlined />} disabled={!mayReveal} onClick={() => setReveal(!reveal)}>
              {t(reveal ? "reveal.hide" : "reveal.show")}
            </Button>
          </Tooltip>
        </>
      }
    >
      {from && from !== profileId && (
        <Alert
          type="info" showIcon style={{ marginBottom: 12 }} title={t("mergedFrom.title", { id: from })}
          closable={{ onClose: () => void navigate({ search: (before) => ({ ...before, from: undefined }), replace: true }) }}
          action={tab === "identity" ? undefined : <Link to={personRoute.to} params={{ profileId }} search={{ tab: "identity" }}>{t("mergedFrom.see")}</Link>}
        />
      )}
      <Tabs
        activeKey={tab ?? "timeline"}
        destroyOnHidden
        style={{ marginTop: -10 }}
        onChange={(key) => void navigate({ search: ({ then, from: led }) => ({ then, from: led, tab: key as typeof tab }) })}
        items={tabs.map((each) => ({ ...each, children: <FaultBoundary>{each.children}</FaultBoundary> }))}
      />
    </Page>
  );
}
