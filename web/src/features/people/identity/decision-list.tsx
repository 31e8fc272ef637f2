import { Flex, Typography, theme } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { useNames } from "@shared/names";
import { useUserNames } from "@shared/session/user-names";
import { EmptyState } from "@shared/ui/empty-state";
import { QueryView } from "@shared/ui/query-view";
import { Status } from "@shared/ui/status";
import { Moment } from "@shared/ui/time";
import { DecideButton } from "./decide-button";
import { ask, useScope } from "./scope";
import { iconOf } from "./signs";

type Decision = Schema<"DecisionOut">;

/** What was decided about the person, the newest first; each can be taken back but removals. */
export function DecisionList() {
  const { t } = useTranslation("people");
  const { profileId, reveal } = useScope();
  const query = hooks.useQuery("get", "/api/v1/profiles/{profile_id}/decisions", { params: { path: { profile_id: profileId }, query: { reveal } } });
  return (
    <QueryView query={query} isEmpty={(data) => data.items.length === 0} empty={<EmptyState title={t("decisions.none")} hint={t("decisions.noneHint")} />}>
      {(data) => <Flex component="ul" vertical style={{ margin: 0, padding: 0, listStyle: "none" }}>{data.items.map((each) => <Line key={each.id} decision={each} />)}</Flex>}
    </QueryView>
  );
}

function Line({ decision }: { decision: Decision }) {
  const { t } = useTranslation("people");
  const { token } = theme.useToken();
  const names = useNames();
  const userName = useUserNames();
  const who = (id: string) => userName(id) ?? id;
  return (
    <li style={{ padding: "8px 0", borderBottom: `1px solid ${token.colorBorderSecondary}` }}>
      <Flex gap={8} align="center" justify="space-between">
        <Typography.Text strong delete={decision.is_revoked}>{t(`decisions.kind.${decision.kind}`)}</Typography.Text>
        {decision.is_revoked ? <Status tone="neutral">{t("decisions.revoked")}</Status> : (
          <DecideButton
            size="small" wanted={ask("revoke", { decision: decision.id })} disabled={decision.kind === "removed"}
            why={decision.kind === "removed" ? t("decisions.forGood") : undefined}
          >
            {t("decide.action.revoke")}
          </DecideButton>
        )}
      </Flex>
      {decision.identifiers.map((each) => <div key={each.id}>{iconOf(each.type)} <Typography.Text type="secondary">{names.identifier(each.type)}</Typography.Text> {each.value || t("whose.removedValue")}</div>)}
      {decision.reason && <Typography.Paragraph style={{ margin: "4px 0" }}>{t("decisions.reason", { reason: decision.reason })}</Typography.Paragraph>}
      <Typography.Text type="secondary">{who(decision.decided_by)} · <Moment at={decision.at} /></Typography.Text>
      {decision.is_revoked && <Typography.Text type="secondary" style={{ display: "block" }}>{t("decisions.revokedBy", { name: who(decision.revoked_by) })} · <Moment at={decision.revoked_at} /></Typography.Text>}
    </li>
  );
}
