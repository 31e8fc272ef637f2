import { useTranslation } from "react-i18next";
import { api } from "@shared/api/client";
import { PeopleDrawer } from "@shared/people/people-drawer";
import { nameOf } from "@shared/people/person-words";
import { LinkButton } from "@shared/ui/link-button";
import { Ago } from "@shared/ui/time";
import type { Account } from "./account-columns";

interface Props {
  /** `acc_…`; nothing is shown without it. */
  id: string | undefined;
  /** The same, if it is on the page shown. */
  account: Account | undefined;
  onClose: () => void;
}

/** Who belongs to an account, beside the list. */
export function PeopleBehind({ id, account, onClose }: Props) {
  const { t } = useTranslation("accounts");
  return (
    <PeopleDrawer
      open={Boolean(id)}
      onClose={onClose}
      title={account ? t("people.of", { name: account.name ?? account.account_id }) : t("people.title")}
      queryKey={["account", id]}
      actions={id && <LinkButton size="small" to="/accounts/$accountId" params={{ accountId: id }}>{t("people.open")}</LinkButton>}
      load={async (cursor, signal) => {
        const { data } = await api.GET("/api/v1/accounts/{account_id}/people", { params: { path: { account_id: id ?? "" }, query: { cursor, limit: 50 } }, signal });
        return {
          items: (data?.items ?? []).map(({ person, since }) => ({ id: person.id, label: nameOf(person), note: <Ago at={since} say={(ago) => t("people.since", { ago })} /> })),
          next_cursor: data?.next_cursor ?? null,
        };
      }}
    />
  );
}
