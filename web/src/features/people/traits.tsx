import { Table, Tooltip, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, hooks } from "@shared/api/client";
import { useNames } from "@shared/names";
import { useTraitNames } from "@shared/names/traits";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { Ago } from "@shared/ui/time";
import { showValue } from "./values";

type Trait = Schema<"ProfileDetail">["traits"][string] & { name: string };

/** Names of sources, for those who may see them; else their ids. */
export function useSourceName(): (id: string) => string {
  const maySee = useMay("sources:read");
  const { data } = hooks.useQuery("get", "/api/v1/sources", {}, { enabled: maySee, staleTime: 60_000 });
  return (id) => data?.items.find((source) => source.id === id)?.name ?? id;
}

/** The golden record: each value, by which rule it was chosen, and where it came from. */
export function Traits({ person }: { person: Schema<"ProfileDetail"> }) {
  const { t, i18n } = useTranslation("people");
  const names = useNames();
  const traitName = useTraitNames();
  const sourceName = useSourceName();
  // Their accounts stand beside, by name.
  const rows: Trait[] = Object.entries(person.traits).filter(([name]) => name !== "$groups").map(([name, trait]) => ({ name, ...trait }));
  return (
    <Table<Trait>
      size="small"
      rowKey="name"
      pagination={false}
      dataSource={rows}
      locale={{ emptyText: <EmptyState title={t("traits.none")} hint={t("traits.noneHint")} /> }}
      columns={[
        {
          title: t("traits.field"), key: "name", width: 130,
          render: (_, { name }) => (traitName(name) === name ? name : <Tooltip title={name}><span>{traitName(name)}</span></Tooltip>),
        },
        { title: t("traits.value"), key: "value", render: (_, row) => <Typography.Text strong>{showValue(row.value)}</Typography.Text> },
        {
          title: t("traits.origin"), key: "origin",
          render: (_, row) => (
            <Tooltip title={row.identifier && t("traits.by", { type: names.identifier(row.identifier.type), value: row.identifier.value })}>
              <span>{sourceName(row.source_id)} · <Ago at={row.timestamp} /></span>
              <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>
                {i18n.exists(`people:rule.${row.rule}`) ? t(`rule.${row.rule as "most_recent"}`) : row.rule}
                {row.others > 0 && <> · {t("traits.others", { count: row.others })}</>}
              </Typography.Text>
            </Tooltip>
          ),
        },
      ]}
    />
  );
}
