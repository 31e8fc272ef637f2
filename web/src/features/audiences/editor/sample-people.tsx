import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@shared/ui/empty-state";
import { PersonLink } from "@shared/people/person-link";
import { nameOf, noteOf } from "@shared/people/person-words";
import type { Estimate } from "./use-estimate";

/** Some of the people, to see whether they are those who were meant. They open in another tab: nothing here is lost. */
export function SamplePeople({ estimate, isStale }: { estimate: Estimate; isStale: boolean }) {
  const { t } = useTranslation("audiences");
  if (estimate.sample_people.length === 0) return <EmptyState title={t("live.nobody")} hint={t("live.nobodyHint")} />;
  return (
    <Flex vertical gap={3} className="audience-bars" data-stale={isStale || undefined}>
      <Typography.Text type="secondary" style={{ fontSize: 12 }}>{t("live.examples", { count: estimate.sample_people.length })}</Typography.Text>
      {estimate.sample_people.map((person) => (
        <Flex key={person.id} justify="space-between" gap={8}>
          <PersonLink id={person.id} label={nameOf(person)} target="_blank" />
          <Typography.Text type="secondary" ellipsis style={{ maxWidth: 140 }}>{noteOf(person)}</Typography.Text>
        </Flex>
      ))}
    </Flex>
  );
}
