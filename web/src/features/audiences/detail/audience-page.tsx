import { Typography } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { LinkButton } from "@shared/ui/link-button";
import { Page } from "@shared/ui/page";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { audienceRoute } from "../routes";

/** One audience. */
export function AudiencePage() {
  const { t } = useTranslation("audiences");
  const { audienceId } = audienceRoute.useParams();
  const query = hooks.useQuery("get", "/api/v1/audiences/{audience_id}", { params: { path: { audience_id: audienceId } } });
  return (
    <Page
      title={query.data?.name ?? t("title")}
      actions={<LinkButton to="/audiences/$audienceId/edit" params={{ audienceId }}>{t("action.edit")}</LinkButton>}
    >
      <Panel>
        <QueryView query={query}>{(audience) => <Typography.Paragraph>{audience.sentence}</Typography.Paragraph>}</QueryView>
      </Panel>
    </Page>
  );
}
