import { Flex, Segmented, Table, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useNames } from "@shared/names";
import { PersonLink } from "@shared/people/person-link";
import { nameOf } from "@shared/people/person-words";
import { Panel } from "@shared/ui/panel";

type Change = Schema<"IdentityChangeOut">;

const SHOWN = 4;
const isMerge = (change: Change) => change.profiles_before > 1;
const isSplit = (change: Change) => change.profiles_after > 1;

/** Who would become one person, and who would fall apart. */
export function ChangesTable({ impact }: { impact: Schema<"IdentityImpact"> }) {
  const { t } = useTranslation("identity");
  const formats = useFormats();
  const [which, setWhich] = useState<"all" | "merges" | "splits">("all");
  const all = [...impact.largest, ...impact.samples].map((change, index) => ({ ...change, key: index }));
  const rows = all.filter((change) => which === "all" || (which === "merges" ? isMerge(change) : isSplit(change)));
  return (
    <Panel
      flush
      title={t("changes.title")}
      extra={<Segmented size="small" aria-label={t("changes.which")} value={which} options={(["all", "merges", "splits"] as const).map((value) => ({ value, label: t(`changes.${value}`) }))} onChange={setWhich} />}
    >
      <Table
        size="small"
        pagination={false}
        dataSource={rows}
        locale={{ emptyText: t("changes.none") }}
        expandable={{ columnTitle: <span className="visually-hidden">{t("changes.details")}</span>, expandedRowRender: (change) => <Identifiers change={change} /> }}
        columns={[
          {
            title: t("changes.what"), key: "what", width: 200,
            render: (_, change) => (
              <Flex gap={4} wrap>
                {isMerge(change) && <Tag variant="filled" color="processing">{t("changes.becomes", { count: change.profiles_before })}</Tag>}
                {isSplit(change) && <Tag variant="filled" color="warning">{t("changes.parts", { count: change.profiles_after })}</Tag>}
                {!isMerge(change) && !isSplit(change) && <Tag variant="filled">{t("changes.other")}</Tag>}
              </Flex>
            ),
          },
          {
            title: t("changes.people"), key: "people",
            render: (_, change) => (
              <Flex gap={12} wrap>
                {change.before.slice(0, SHOWN).map((person) => <PersonLink key={person.id} id={person.id} label={nameOf(person)} />)}
                {change.profiles_before > SHOWN && <Typography.Text type="secondary">{t("changes.more", { count: change.profiles_before - Math.min(SHOWN, change.before.length) })}</Typography.Text>}
              </Flex>
            ),
          },
          { title: t("changes.identifiers"), key: "identifiers", align: "right", className: "numeric", render: (_, change) => formats.number(change.identifier_count) },
        ]}
      />
      {all.length < impact.changes && <Typography.Paragraph type="secondary" style={{ margin: 0, padding: "8px 12px" }}>{t("changes.cut", { shown: formats.number(all.length), all: formats.number(impact.changes) })}</Typography.Paragraph>}
    </Panel>
  );
}

/** Which identifier would belong to whom. */
function Identifiers({ change }: { change: Change }) {
  const { t } = useTranslation("identity");
  const names = useNames();
  const owners = [...new Set(change.identifiers.map((each) => each.profile_id))];
  const known = new Map(change.before.map((person) => [person.id, nameOf(person)]));
  return (
    <Flex vertical gap={8}>
      {owners.map((owner) => (
        <div key={owner ?? "nobody"}>
          {owner === null ? <Typography.Text strong>{t("changes.nobody")}</Typography.Text> : known.has(owner) ? <PersonLink id={owner} label={known.get(owner) ?? null} /> : <Typography.Text strong>{t("changes.newPerson")}</Typography.Text>}
          <Flex gap={14} wrap style={{ paddingInlineStart: 14 }}>
            {change.identifiers.filter((each) => each.profile_id === owner).map((each) => (
              <span key={each.id}><Typography.Text type="secondary">{names.identifier(each.type)}</Typography.Text> {each.value}</span>
            ))}
          </Flex>
        </div>
      ))}
      {change.identifier_count > change.identifiers.length && <Typography.Text type="secondary">{t("changes.moreIdentifiers", { count: change.identifier_count - change.identifiers.length })}</Typography.Text>}
    </Flex>
  );
}
