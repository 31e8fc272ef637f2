import {
  CalendarOutlined, CheckSquareOutlined, FieldStringOutlined, FieldTimeOutlined, NumberOutlined, PieChartOutlined, TagOutlined, TeamOutlined,
  ThunderboltOutlined, UnorderedListOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../format";
import type { AudienceInfo, EventInfo, FieldInfo, FieldType, RuleCatalog, TagInfo } from "./catalog";
import type { Choice, ChoiceGroup } from "./field-pick";

const ICONS: Record<FieldType, ReactNode> = {
  text: <FieldStringOutlined />,
  number: <NumberOutlined />,
  boolean: <CheckSquareOutlined />,
  datetime: <FieldTimeOutlined />,
  date: <CalendarOutlined />,
  list: <UnorderedListOutlined />,
};

export const iconOfType = (type: string | undefined): ReactNode => ICONS[type as FieldType] ?? ICONS.text;

/** Everything in the catalogue as things to choose, with how much of it there is. */
export function useChoices(catalog: RuleCatalog) {
  const { t } = useTranslation("rules");
  const formats = useFormats();

  const fieldFacts = (field: FieldInfo) => {
    if (!field.last_seen) return t("pick.never");
    const seen = formats.relative(field.last_seen);
    return field.coverage === null ? seen : t("pick.coverage", { share: formats.percent(field.coverage, 0), seen });
  };
  const eventFacts = (event: EventInfo) => {
    if (!event.last_seen) return t("pick.never");
    const seen = formats.relative(event.last_seen);
    return event.volume_30d === null ? seen : t("pick.volume", { count: event.volume_30d, shown: formats.compact(event.volume_30d), seen });
  };
  const sizeFacts = (size: number | null) => (size === null ? t("pick.notComputed") : t("pick.people", { count: size, shown: formats.number(size) }));

  const fieldChoice = (field: FieldInfo): Choice => ({
    value: field.name,
    title: field.label ?? field.name,
    name: field.name,
    icon: iconOfType(field.type),
    facts: fieldFacts(field),
    isPersonal: field.is_personal,
  });
  const eventChoice = (event: EventInfo): Choice => ({
    value: event.name,
    title: event.label_hint ?? event.name,
    name: event.name,
    icon: <ThunderboltOutlined />,
    facts: eventFacts(event),
  });
  const tagChoice = (tag: TagInfo): Choice => ({ value: tag.id, title: tag.name, icon: <TagOutlined />, facts: sizeFacts(tag.coverage) });
  const audienceChoice = (audience: AudienceInfo): Choice => ({
    value: audience.id,
    title: audience.name,
    icon: <TeamOutlined />,
    facts: sizeFacts(audience.size),
  });

  const traits = (): ChoiceGroup => ({ label: t("subject.trait"), choices: catalog.traits.map(fieldChoice) });
  const events = (): ChoiceGroup => ({ label: t("subject.event"), choices: catalog.events.map(eventChoice) });
  const tags = (): ChoiceGroup => ({ label: t("subject.tag"), choices: catalog.tags.map(tagChoice) });
  const audiences = (): ChoiceGroup => ({ label: t("subject.audience"), choices: catalog.audiences.map(audienceChoice) });

  /** All of them, each value with its kind before it, as `trait:city`. */
  const subjects = (): ChoiceGroup[] => {
    const prefixed = (kind: string, group: ChoiceGroup) => ({
      ...group,
      choices: group.choices.map((choice) => ({ ...choice, name: choice.name, value: `${kind}:${choice.value}` })),
    });
    const random = { value: "random:", title: t("subject.random"), icon: <PieChartOutlined />, facts: t("subject.randomHint") };
    return [
      prefixed("event", events()),
      prefixed("trait", traits()),
      prefixed("tag", tags()),
      prefixed("audience", audiences()),
      { label: t("subject.other"), choices: [random] },
    ];
  };

  const properties = (event: string, types?: readonly string[]): ChoiceGroup => {
    const fields = catalog.event(event)?.properties ?? [];
    return { label: t("subject.property"), choices: fields.filter((field) => !types || types.includes(field.type)).map(fieldChoice) };
  };

  return { traits, events, tags, audiences, subjects, properties };
}
