import { Button, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { Schema } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useAccountKind } from "@shared/names/accounts";
import { AccountLink } from "@shared/people/account-link";
import type { ListColumn } from "@shared/ui/list-table";
import { Ago } from "@shared/ui/time";
import { shortTraits } from "./values";

export type Account = Schema<"AccountOut">;

/** The columns of the list. `onPeople` shows who belongs to an account. */
export function useAccountColumns(onPeople: (id: string) => void): ListColumn<Account>[] {
  const { t } = useTranslation("accounts");
  const formats = useFormats();
  const kindName = useAccountKind();
  return [
    {
      key: "name", title: t("column.name"), csv: (row) => row.name,
      render: (_, row) => <div style={{ maxWidth: 280, overflowWrap: "anywhere" }}><AccountLink id={row.id} name={row.name} accountId={row.account_id} /></div>,
    },
    { key: "kind", title: t("column.kind"), csv: (row) => row.kind, render: (_, row) => kindName(row.kind) },
    {
      key: "account_id", title: t("column.accountId"), csv: (row) => row.account_id,
      render: (_, row) => <div className="mono" style={{ maxWidth: 200, overflowWrap: "anywhere" }}>{row.account_id}</div>,
    },
    {
      key: "people", title: t("column.people"), align: "end", csv: (row) => row.people,
      render: (_, row) =>
        row.people === 0 ? formats.number(0) : (
          <Button type="link" size="small" className="numeric" style={{ paddingInline: 0 }} aria-label={t("people.show", { count: row.people, name: row.name ?? row.account_id })} onClick={() => onPeople(row.id)}>
            {formats.number(row.people)}
          </Button>
        ),
    },
    {
      key: "traits", title: t("column.traits"),
      render: (_, row) => <Typography.Text type="secondary" style={{ maxWidth: "clamp(260px, 30vw - 60px, 520px)", display: "block", overflowWrap: "anywhere" }}>{shortTraits(row.traits)}</Typography.Text>,
    },
    { key: "first", title: t("column.first"), isExtra: true, csv: (row) => row.first_seen, render: (_, row) => <Ago at={row.first_seen} /> },
    { key: "last", title: t("column.last"), csv: (row) => row.last_seen, render: (_, row) => <Ago at={row.last_seen} /> },
    { key: "id", title: t("column.id"), isExtra: true, csv: (row) => row.id, render: (_, row) => <span className="mono">{row.id}</span> },
  ];
}
