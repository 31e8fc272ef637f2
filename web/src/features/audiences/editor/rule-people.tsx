import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { PeopleDrawer } from "@shared/people/people-drawer";
import { asJson } from "@shared/rules/check";
import type { Rule } from "@shared/rules/wire";
import { LinkButton } from "@shared/ui/link-button";
import { type PersonSummary, nameOf, noteOf } from "@shared/people/person-words";

/** People to look at: those of a rule, or a list that is there already. */
export type Shown = { title: string; rule: Rule } | { title: string; people: PersonSummary[] };

interface Props {
  shown: Shown | null;
  onClose: () => void;
}

/** Examples of the people behind a number of the editor. */
export function RulePeople({ shown, onClose }: Props) {
  const { t } = useTranslation("audiences");
  const rule = shown && "rule" in shown ? shown.rule : null;
  const load = async (_cursor: string | undefined, signal: AbortSignal) => {
    const people = shown && "people" in shown ? shown.people : rule ? await examplesOf(rule, signal) : [];
    return { items: people.map((person) => ({ id: person.id, label: nameOf(person), note: noteOf(person) })) };
  };
  return (
    <PeopleDrawer
      open={shown !== null}
      onClose={onClose}
      title={shown ? t("live.examplesOf", { title: shown.title }) : ""}
      queryKey={["rule", shown]}
      load={load}
      actions={
        rule && (
          <LinkButton to="/audiences/new" search={{ rule: asJson(rule) }} target="_blank" size="small">{t("live.saveAs")}</LinkButton>
        )
      }
    />
  );
}

async function examplesOf(rule: Rule, signal: AbortSignal): Promise<PersonSummary[]> {
  const { data } = await api.POST("/api/v1/audiences/estimate", { body: { rule: asJson(rule), sample: false }, signal });
  return data?.sample_people ?? [];
}
