import { Link } from "@tanstack/react-router";
import { Flex, Progress, Statistic, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { PersonLink } from "@shared/people/person-link";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { Ago } from "@shared/ui/time";
import type { DraftEditor } from "../draft/use-draft";

interface Props {
  campaignId: string;
  editor: DraftEditor;
}

/** How many of the audience a message can reach, why not the others, and who has just got another one. */
export function ReachPanel({ campaignId, editor }: Props) {
  const { t } = useTranslation("campaigns");
  const { audience_id, content } = editor.draft;
  const query = hooks.useQuery(
    "get",
    "/api/v1/campaigns/{campaign_id}/reach",
    { params: { path: { campaign_id: campaignId }, query: { audience_id, purpose: content.purpose || null } } },
    { enabled: audience_id !== null, staleTime: 30_000, placeholderData: (last) => last },
  );
  return (
    <Panel title={t("reach.title")}>
      {audience_id ? <QueryView query={query} rows={4}>{(reach) => <Reach reach={reach} />}</QueryView> : <Typography.Text type="secondary">{t("reach.choose")}</Typography.Text>}
    </Panel>
  );
}

function Reach({ reach }: { reach: Schema<"ReachOut"> }) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const scale = reach.is_exact || reach.tried === 0 ? 1 : reach.audience_size / reach.tried;
  const about = (people: number) => (reach.is_exact ? formats.number(people) : t("check.about", { number: formats.number(Math.round(people * scale)) }));
  const share = reach.tried ? reach.reachable / reach.tried : 0;
  return (
    <Flex vertical gap={10}>
      <Flex gap={28} align="end" wrap aria-live="polite">
        <Statistic title={t("reach.reachable")} value={about(reach.reachable)} suffix={<Typography.Text type="secondary">{t("reach.of", { number: formats.number(reach.audience_size) })}</Typography.Text>} />
      </Flex>
      <Progress percent={Math.round(share * 100)} showInfo={false} aria-label={t("reach.reachable")} size="small" />
      {reach.excluded.length > 0 && (
        <div>
          <Typography.Text type="secondary">{t("reach.excluded")}</Typography.Text>
          {reach.excluded.map((each) => (
            <Flex key={each.reason} justify="space-between" gap={12}>
              <span>{each.text}{each.example && <> · {t("check.example")} <PersonLink id={each.example} /></>}</span>
              <span className="numeric">{about(each.people)}</span>
            </Flex>
          ))}
        </div>
      )}
      {reach.recent > 0 && (
        <div>
          <Flex justify="space-between" gap={12}>
            <Typography.Text>{t("reach.recent")}</Typography.Text>
            <span className="numeric">{about(reach.recent)}</span>
          </Flex>
          {reach.overlaps.slice(0, 5).map((each) => (
            <Flex key={each.campaign_id} justify="space-between" gap={12} style={{ paddingInlineStart: 12 }}>
              <span><Link to="/campaigns/$campaignId" params={{ campaignId: each.campaign_id }} search={{}}>{each.name}</Link> <Typography.Text type="secondary"><Ago at={each.last_sent_at} /></Typography.Text></span>
              <span className="numeric">{about(each.people)}</span>
            </Flex>
          ))}
        </div>
      )}
      <Typography.Text type="secondary" style={{ fontSize: 12 }}>
        {reach.is_exact ? t("reach.how") : t("check.sample", { number: formats.number(reach.tried) })}
      </Typography.Text>
    </Flex>
  );
}
