import { Col, Row } from "antd";
import { useTranslation } from "react-i18next";
import { useMay, useMe } from "@shared/session";
import { Page } from "@shared/ui/page";
import { Arriving } from "./arriving";
import { AudienceList, CampaignList } from "./lists";
import { PeopleNumbers } from "./people-numbers";
import { ToDo } from "./to-do";

/** What an operator looks at first: is all well, what is there, what is to be done. Each part fails alone and leads somewhere. */
export function OverviewPage() {
  const { t } = useTranslation("overview");
  const me = useMe();
  const maySeePeople = useMay("profiles:read");
  const maySeeEvents = useMay("events:read");
  const maySeeAudiences = useMay("audiences:read");
  const maySeeCampaigns = useMay("campaigns:read");
  return (
    <Page title={t("title")} lead={t("lead", { workspace: me.workspace.name })}>
      <Row gutter={[16, 16]}>
        {maySeePeople && <Col span={24}><PeopleNumbers /></Col>}
        <Col xs={24} lg={16}>{maySeeEvents && <Arriving />}</Col>
        <Col xs={24} lg={8}><ToDo /></Col>
        {maySeeAudiences && <Col xs={24} lg={12}><AudienceList /></Col>}
        {maySeeCampaigns && <Col xs={24} lg={12}><CampaignList /></Col>}
      </Row>
    </Page>
  );
}
