import { MinusOutlined, PlusOutlined } from "@ant-design/icons";
import { Alert, Flex, Table, type TableColumnsType, Tag, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { useNames } from "@shared/names";
import { useTraitNames } from "@shared/names/traits";
import { PersonLink } from "@shared/people/person-link";
import { showValue } from "../values";
import { type Effect, type Marked, type Outcome, type Today, differingTraits, outcomesOf } from "./effect-model";
import { iconOf } from "./signs";

interface Row {
  key: string;
  label: ReactNode;
  today: ReactNode[];
  after: ReactNode[];
}

const MOST = 4; // people beside one another

/** What a decision does: the people as they are, and as they would be. */
export function EffectTable({ effect, today }: { effect: Effect; today: Today[] }) {
  const { t } = useTranslation("people");
  const formats = useFormats();
  const names = useNames();
  const traitName = useTraitNames();
  const outcomes = outcomesOf(effect, today).slice(0, MOST);
  const more = effect.people.length - outcomes.length;
  const identifiers = (list: { type: string; value: string }[]) => (
    <Flex vertical>{list.map((each) => <span key={each.type + each.value}>{iconOf(each.type)} <Typography.Text type="secondary">{names.identifier(each.type)}</Typography.Text> {each.value}</span>)}</Flex>
  );
  const plain = <Item,>(items: Item[] | undefined, name: (item: Item) => string) => (items === undefined ? "–" : items.map(name).join(", ") || "–");
  const rows: Row[] = [
    { key: "identifiers", label: t("effect.identifiers"), today: today.map((each) => identifiers(each.identifiers)), after: outcomes.map(({ person }) => identifiers(person.identifiers)) },
    { key: "events", label: t("effect.events"), today: today.map(() => "–"), after: outcomes.map(({ person }) => (person.events === null ? t("effect.uncounted") : formats.number(person.events))) },
    {
      key: "audiences", label: t("effect.audiences"), today: today.map((each) => plain(each.audiences, ({ name }) => name)),
      after: outcomes.map((each) => <Changes key={each.person.id} items={each.audiences} idOf={({ id }) => id} nameOf={({ name }) => name} />),
    },
    {
      key: "tags", label: t("effect.tags"), today: today.map((each) => plain(each.tags, ({ name, value }) => t("effect.tag", { name, value }))),
      after: outcomes.map((each) => <Changes key={each.person.id} items={each.tags} idOf={({ id, value }) => `${id} ${value}`} nameOf={({ name, value }) => t("effect.tag", { name, value })} />),
    },
    ...differingTraits([...today, ...outcomes.map(({ person }) => person)]).map(({ name, values }) => ({
      key: `trait ${name}`, label: traitName(name), today: values.slice(0, today.length).map((value) => showValue(value) || "–"),
      after: values.slice(today.length).map((value, index) => <Typography.Text key={index} strong>{showValue(value) || "–"}</Typography.Text>),
    })),
  ];
  const columns: TableColumnsType<Row> = [
    { title: <span className="visually-hidden">{t("effect.what")}</span>, key: "label", width: 110, fixed: "start", render: (_, row) => <Typography.Text type="secondary">{row.label}</Typography.Text> },
    { title: t("effect.today", { count: today.length }), key: "today", children: today.map((each, index) => ({ title: <Who id={each.id} name={each.display_name} />, key: each.id, render: (_, row) => row.today[index] })) },
    { title: t("effect.after", { count: effect.people.length }), key: "after", children: outcomes.map((each, index) => ({ title: <Who id={each.person.id} name={each.person.display_name} outcome={each} />, key: `${each.person.id} after`, onCell: () => ({ style: { verticalAlign: "top" } }), render: (_, row) => row.after[index] })) },
  ];
  return (
    <Flex vertical gap={10}>
      {!effect.changes_people && <Alert type="info" showIcon title={t("effect.nobody")} description={t("effect.nobodyHint")} />}
      {effect.merged.map(({ id, into }) => <Alert key={id} type="info" showIcon title={t("effect.merged", { id, into })} />)}
      {effect.unowned.length > 0 && <Alert type="warning" showIcon title={t("effect.unowned", { count: effect.unowned.length })} description={identifiers(effect.unowned)} />}
      <div role="region" aria-label={t("effect.title")} tabIndex={0} style={{ maxHeight: "42vh", overflow: "auto" }}>
        <Table<Row> size="small" bordered pagination={false} columns={columns} dataSource={rows} />
      </div>
      <Typography.Text type="secondary">
        {more > 0 && <>{t("effect.more", { count: more })} </>}
        {t("effect.later")} {effect.is_masked && t("effect.masked")}
      </Typography.Text>
    </Flex>
  );
}

function Who({ id, name, outcome }: { id: string; name: string | null | undefined; outcome?: Outcome }) {
  const { t } = useTranslation("people");
  const names = useNames();
  return (
    <Flex vertical>
      <span>{name ?? names.anonymous} {outcome?.isNew && <Tag variant="filled" color="processing">{t("effect.isNew")}</Tag>}</span>
      {outcome?.isNew ? <span className="mono" style={{ fontWeight: 400 }}>{id}</span> : <PersonLink id={id} target="_blank" />}
    </Flex>
  );
}

/** What stays, what is gained and what is lost; told by sign and word too. */
function Changes<Item>({ items, idOf, nameOf }: { items: Marked<Item>[]; idOf: (item: Item) => string; nameOf: (item: Item) => string }) {
  const { t } = useTranslation("people");
  if (items.length === 0) return "–";
  return (
    <Flex vertical gap={2}>
      {items.map(({ item, change }) =>
        change === "same" ? <span key={idOf(item)}>{nameOf(item)}</span> : (
          <Typography.Text key={idOf(item)} type={change === "gained" ? "success" : "danger"}>
            {change === "gained" ? <PlusOutlined aria-label={t("effect.gained")} /> : <MinusOutlined aria-label={t("effect.lost")} />} {nameOf(item)}
          </Typography.Text>
        ),
      )}
    </Flex>
  );
}
