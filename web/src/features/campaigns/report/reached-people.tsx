import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { PeopleDrawer } from "@shared/people/people-drawer";
import { Moment } from "@shared/ui/time";
import { campaignReportRoute } from "../routes";

/** The people behind the number that the URL names. */
export function ReachedPeople({ campaignId }: { campaignId: string }) {
  const { t } = useTranslation("campaigns/report");
  const { stage, arm, reason } = campaignReportRoute.useSearch();
  const navigate = campaignReportRoute.useNavigate();
  const title = stage ? (arm ? t("people.titleArm", { stage: t(`stage.${stage}`), arm }) : t(`stage.${stage}`)) : "";
  return (
    <PeopleDrawer
      open={stage !== undefined}
      onClose={() => void navigate({ search: {} })}
      title={title}
      queryKey={["campaign", campaignId, stage, arm, reason]}
      load={async (cursor, signal) => {
        const { data } = await api.GET("/api/v1/campaigns/{campaign_id}/people", { params: { path: { campaign_id: campaignId }, query: { stage, arm, reason, cursor } }, signal });
        return {
          items: (data?.items ?? []).map((person) => ({ id: person.id, label: person.display, note: person.text ?? (person.at ? <Moment at={person.at} /> : undefined) })),
          next_cursor: data?.next_cursor,
        };
      }}
    />
  );
}
