import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { PeopleDrawer } from "@shared/people/people-drawer";
import { asJson } from "@shared/rules/check";
import type { Rule } from "@shared/rules/wire";
import { useMay } from "@shared/session";
import { LinkButton } from "@shared/ui/link-button";
import { nameOf, noteOf } from "@shared/people/person-words";

export interface Shown {
  rule: Rule;
  title: string;
}

/** Examples of the people of a part of a distribution that is not saved yet. */
export function RulePeople({ shown, onClose }: { shown: Shown | null; onClose: () => void }) {
  const { t } = useTranslation("tags");
  const mayBuild = useMay("audiences:write");
  const load = async (_cursor: string | undefined, signal: AbortSignal) => {
    if (!shown) return { items: [] };
    const { data } = await api.POST("/api/v1/audiences/estimate", { body: { rule: asJson(shown.rule), sample: false }, signal });
    return { items: (data?.sample_people ?? []).map((person) => ({ id: person.id, label: nameOf(person), note: noteOf(person) })) };
  };
  return (
    <PeopleDrawer
      open={shown !== null}
      onClose={onClose}
      title={shown ? t("people.examplesOf", { title: shown.title }) : ""}
      queryKey={["tag", shown?.rule]}
      load={load}
      actions={
        mayBuild && (
          <LinkButton to="/audiences/new" search={{ rule: shown ? asJson(shown.rule) : undefined }} target="_blank" size="small">
            {t("people.saveAs")}
          </LinkButton>
        )
      }
    />
  );
}
