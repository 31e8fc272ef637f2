import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { PeopleDrawer } from "@shared/people/people-drawer";
import { asJson } from "@shared/rules/check";
import type { Rule } from "@shared/rules/wire";
import { LinkButton } from "@shared/ui/link-button";
import { nameOf, noteOf } from "./person-words";

interface Props {
  shown: { rule: Rule; title: string } | null;
  onClose: () => void;
}

/** Examples of the people of a part of the rule. */
export function RulePeople({ shown, onClose }: Props) {
  const { t } = useTranslation("audiences");
  const load = async (_cursor: string | undefined, signal: AbortSignal) => {
    if (!shown) return { items: [] };
    const { data } = await api.POST("/api/v1/audiences/estimate", { body: { rule: asJson(shown.rule), sample: false }, signal });
    return { items: (data?.sample_people ?? []).map((person) => ({ id: person.id, label: nameOf(person), note: noteOf(person) })) };
  };
  return (
    <PeopleDrawer
      open={shown !== null}
      onClose={onClose}
      title={shown ? t("live.examplesOf", { title: shown.title }) : ""}
      queryKey={["rule", shown?.rule]}
      load={load}
      actions={
        <LinkButton to="/audiences/new" search={{ rule: shown ? asJson(shown.rule) : undefined }} target="_blank" size="small">
          {t("live.saveAs")}
        </LinkButton>
      }
    />
  );
}
