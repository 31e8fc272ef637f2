import { QuestionCircleOutlined } from "@ant-design/icons";
import { Link } from "@tanstack/react-router";
import { Button, Drawer, Flex, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { WhyTree } from "@shared/people/why-tree";
import { EmptyState } from "@shared/ui/empty-state";
import { QueryView } from "@shared/ui/query-view";
import { Status } from "@shared/ui/status";
import { Ago } from "@shared/ui/time";
import { personRoute } from "./routes";

/** The person's tags and audiences, and why they are in one. */
export function Memberships({ profileId }: { profileId: string }) {
  const { t } = useTranslation("people");
  const formats = useFormats();
  const { why } = personRoute.useSearch();
  const navigate = personRoute.useNavigate();
  const path = { params: { path: { profile_id: profileId } } };
  const tags = hooks.useQuery("get", "/api/v1/profiles/{profile_id}/tags", path);
  const audiences = hooks.useQuery("get", "/api/v1/profiles/{profile_id}/audiences", path);
  const ask = (audienceId: string | undefined) => void navigate({ search: (before) => ({ ...before, why: audienceId }) });
  return (
    <Flex vertical gap={20}>
      <section>
        <Typography.Title level={3} style={{ fontSize: 14, margin: "0 0 8px" }}>{t("memberships.tags")}</Typography.Title>
        <QueryView query={tags} isEmpty={(data) => data.items.length === 0} empty={<EmptyState title={t("memberships.noTags")} hint={t("memberships.noTagsHint")} />}>
          {(data) => (
            <Table
              size="small" rowKey="tag_id" pagination={false} dataSource={data.items}
              columns={[
                { title: t("memberships.tag"), key: "name", render: (_, row) => <Link to="/tags/$tagId" params={{ tagId: row.tag_id }}>{row.name}</Link> },
                { title: t("memberships.value"), key: "value", render: (_, row) => <Typography.Text strong>{typeof row.value === "number" ? formats.number(row.value, 2) : row.value}</Typography.Text> },
                { title: t("memberships.computed"), key: "computed", render: (_, row) => <Ago at={row.computed_at} /> },
              ]}
            />
          )}
        </QueryView>
      </section>
      <section>
        <Typography.Title level={3} style={{ fontSize: 14, margin: "0 0 8px" }}>{t("memberships.audiences")}</Typography.Title>
        <QueryView query={audiences} isEmpty={(data) => data.items.length === 0} empty={<EmptyState title={t("memberships.noAudiences")} hint={t("memberships.noAudiencesHint")} />}>
          {(data) => (
            <Table
              size="small" rowKey="id" pagination={false} dataSource={data.items}
              columns={[
                { title: t("memberships.audience"), key: "name", render: (_, row) => <Link to="/audiences/$audienceId" params={{ audienceId: row.id }}>{row.name}</Link> },
                { title: t("memberships.computed"), key: "computed", render: (_, row) => <Ago at={row.refreshed_at} /> },
                { title: t("memberships.reason"), key: "why", align: "end", render: (_, row) => <Button size="small" icon={<QuestionCircleOutlined />} onClick={() => ask(row.id)}>{t("memberships.why")}</Button> },
              ]}
            />
          )}
        </QueryView>
      </section>
      <Drawer open={Boolean(why)} onClose={() => ask(undefined)} title={t("memberships.whyTitle")} size={520} destroyOnHidden>
        {why && <Why audienceId={why} profileId={profileId} />}
      </Drawer>
    </Flex>
  );
}

function Why({ audienceId, profileId }: { audienceId: string; profileId: string }) {
  const { t } = useTranslation("people");
  const query = hooks.useQuery("get", "/api/v1/audiences/{audience_id}/why/{profile_id}", {
    params: { path: { audience_id: audienceId, profile_id: profileId } },
  });
  return (
    <QueryView query={query}>
      {(found) => (
        <Flex vertical gap={12}>
          <Status tone={found.is_member ? "good" : "neutral"}>{t(found.is_member ? "memberships.isIn" : "memberships.isOut")}</Status>
          {found.is_selected !== null && found.is_selected !== found.is_member && <Typography.Text>{t("memberships.changed")}</Typography.Text>}
          <WhyTree why={found.why} />
        </Flex>
      )}
    </QueryView>
  );
}
