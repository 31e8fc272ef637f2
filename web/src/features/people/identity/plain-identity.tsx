import { Flex, Table, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { useNames } from "@shared/names";
import { QueryView } from "@shared/ui/query-view";
import { Status } from "@shared/ui/status";
import { Moment } from "@shared/ui/time";
import { useSourceName } from "../traits";
import { iconOf } from "./signs";

/** For those who may see people, but not how identities are decided: identifiers, and why they are one person's. */
export function PlainIdentity({ profileId }: { profileId: string }) {
  const { t } = useTranslation("people");
  const names = useNames();
  const sourceName = useSourceName();
  const params = { params: { path: { profile_id: profileId } } };
  const person = hooks.useQuery("get", "/api/v1/profiles/{profile_id}", params);
  const links = hooks.useQuery("get", "/api/v1/profiles/{profile_id}/links", params);
  const name = ({ type, value }: Schema<"IdentifierRef">) => <span>{iconOf(type)} <Typography.Text type="secondary">{names.identifier(type)}</Typography.Text> <strong>{value}</strong></span>;
  return (
    <Flex vertical gap={16}>
      <QueryView query={person}>
        {(found) => (
          <Table
            size="small" pagination={false} rowKey={(row) => row.type + row.value} dataSource={found.identifiers}
            columns={[
              { title: t("table.identifier"), key: "name", render: (_, row) => name(row) },
              { title: t("node.source"), key: "source", render: (_, row) => sourceName(row.source_id) },
              { title: t("node.firstSeen"), key: "since", render: (_, row) => <Moment at={row.first_seen} /> },
            ]}
          />
        )}
      </QueryView>
      <Typography.Text type="secondary">{t("plain.lead")}</Typography.Text>
      <QueryView query={links} isEmpty={(data) => data.links.length === 0} empty={<span>{t("plain.single")}</span>}>
        {(data) => (
          <Table
            size="small" pagination={data.links.length > 20 ? { pageSize: 20, showSizeChanger: false } : false} rowKey={(row) => row.identifier.value + row.other.value + row.message_id + row.rule} dataSource={data.links}
            columns={[
              { title: t("table.pair"), key: "pair", render: (_, row) => <>{name(row.identifier)} {row.is_linked ? "=" : "≠"} {name(row.other)}</> },
              { title: t("table.reason"), key: "reason", render: (_, row) => <><Status tone={row.is_linked ? "good" : "neutral"}>{t(row.is_linked ? "link.linked" : "link.refused")}</Status> <Typography.Text type="secondary">{row.reason}</Typography.Text></> },
              { title: t("link.at"), key: "at", render: (_, row) => <Moment at={row.at} /> },
            ]}
          />
        )}
      </QueryView>
    </Flex>
  );
}
