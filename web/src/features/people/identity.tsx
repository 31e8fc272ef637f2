import { BranchesOutlined, DisconnectOutlined, LinkOutlined } from "@ant-design/icons";
import { Flex, Table, Timeline as Steps, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { useNames } from "@shared/names";
import { CopyButton } from "@shared/ui/copy-button";
import { EmptyState } from "@shared/ui/empty-state";
import { QueryView } from "@shared/ui/query-view";
import { Moment } from "@shared/ui/time";
import { useSourceName } from "./traits";

type Ref = Schema<"IdentifierRef">;

/** The person's identifiers, and the evidence that they belong to one person. */
export function Identity({ profileId, reveal }: { profileId: string; reveal: boolean }) {
  const { t } = useTranslation("people");
  const names = useNames();
  const sourceName = useSourceName();
  const params = { params: { path: { profile_id: profileId }, query: { reveal } } };
  const person = hooks.useQuery("get", "/api/v1/profiles/{profile_id}", params);
  const links = hooks.useQuery("get", "/api/v1/profiles/{profile_id}/links", params);
  const ref = ({ type, value }: Ref) => (
    <span><Typography.Text type="secondary">{names.identifier(type)}</Typography.Text> <Typography.Text strong>{value}</Typography.Text></span>
  );
  return (
    <Flex vertical gap={20}>
      <QueryView query={person}>
        {(found) => (
          <Table
            size="small" pagination={false} rowKey={(row) => row.type + row.value} dataSource={found.identifiers}
            columns={[
              { title: t("identity.type"), key: "type", render: (_, row) => names.identifier(row.type) },
              { title: t("identity.value"), key: "value", render: (_, row) => <>{row.value} <CopyButton text={row.value} /></> },
              { title: t("identity.source"), key: "source", render: (_, row) => sourceName(row.source_id) },
              { title: t("identity.since"), key: "since", render: (_, row) => <Moment at={row.first_seen} /> },
            ]}
          />
        )}
      </QueryView>
      <section>
        <Typography.Title level={3} style={{ fontSize: 14, margin: "0 0 4px" }}>{t("identity.why")}</Typography.Title>
        <Typography.Paragraph type="secondary">{t("identity.whyLead")}</Typography.Paragraph>
        <QueryView
          query={links}
          isEmpty={(data) => data.links.length === 0 && data.merges.length === 0}
          empty={<EmptyState title={t("identity.single")} hint={t("identity.singleHint")} />}
        >
          {(data) => (
            <Steps
              items={[
                ...data.links.map((link) => ({
                  at: link.at,
                  icon: link.is_linked ? <LinkOutlined /> : <DisconnectOutlined />,
                  color: link.is_linked ? undefined : "gray",
                  content: (
                    <>
                      <Flex gap={8} wrap>{ref(link.identifier)}<span>{link.is_linked ? "=" : "≠"}</span>{ref(link.other)}</Flex>
                      <Typography.Text type="secondary">{link.reason} · {sourceName(link.source_id)} · <Moment at={link.at} /></Typography.Text>
                    </>
                  ),
                })),
                ...data.merges.map((merge) => ({
                  at: merge.at,
                  icon: <BranchesOutlined />,
                  color: undefined,
                  content: (
                    <>
                      <span>{t("identity.merged", { absorbed: merge.absorbed_id })}</span>
                      <Flex gap={8} wrap>{merge.identifiers.map((each) => <span key={each.type + each.value}>{ref(each)}</span>)}</Flex>
                      <Typography.Text type="secondary">{sourceName(merge.source_id)} · <Moment at={merge.at} /></Typography.Text>
                    </>
                  ),
                })),
              ].sort((one, other) => other.at.localeCompare(one.at)).map(({ at: _at, ...step }, index) => ({ ...step, key: index }))}
            />
          )}
        </QueryView>
      </section>
    </Flex>
  );
}
