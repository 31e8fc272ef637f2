import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { Panel } from "@shared/ui/panel";
import { audienceRoute } from "../routes";
import { WhyBox } from "../why/why-box";
import type { Audience } from "./model";

/** Why is somebody (not) in it: by the newest definition, now; and what the last computation found. */
export function WhyTab({ audience }: { audience: Audience }) {
  const { t } = useTranslation("audiences");
  const { person } = audienceRoute.useSearch();
  const navigate = audienceRoute.useNavigate();
  return (
    <div style={{ maxWidth: 860 }}>
      <Panel title={t("why.title")}>
        <WhyBox
          person={person}
          onPerson={(next) => void navigate({ search: (now) => ({ ...now, person: next }) })}
          queryKey={["audience", audience.id, audience.version, audience.run]}
          ask={async (profileId, reveal, signal) => {
            const { data } = await api.GET("/api/v1/audiences/{audience_id}/why/{profile_id}", {
              params: { path: { audience_id: audience.id, profile_id: profileId }, query: { reveal } },
              signal,
            });
            if (!data) throw new Error();
            const differs = data.is_selected !== null && data.is_selected !== data.is_member;
            const found = data.run === null ? t("why.neverComputed") : t(data.is_member ? "why.member" : "why.noMember", { run: data.run });
            return { why: data.why, more: <Alert type={differs ? "warning" : "info"} showIcon title={found} description={differs ? t("why.differs") : undefined} /> };
          }}
        />
      </Panel>
    </div>
  );
}
