import { Typography } from "antd";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useNames } from "@shared/names";
import { PersonLink } from "@shared/people/person-link";
import { nameOf, noteOf } from "@shared/people/person-words";
import { EmptyState } from "@shared/ui/empty-state";
import { type ListColumn, ListTable } from "@shared/ui/list-table";
import { Ago } from "@shared/ui/time";
import { accountRoute } from "./routes";

type Member = Schema<"AccountMember"> & { id: string };

const PATH = "/api/v1/accounts/{account_id}/people";

interface Props {
  accountId: string;
  /** How many there are. */
  count: number | undefined;
}

/** Who belongs to the account, and since when. */
export function AccountPeople({ accountId, count }: Props) {
  const { t } = useTranslation("accounts");
  const formats = useFormats();
  const names = useNames();
  const { cursor } = accountRoute.useSearch();
  const navigate = accountRoute.useNavigate();
  const path = { account_id: accountId };
  const query = hooks.useQuery("get", PATH, { params: { path, query: { cursor, limit: 20 } } }, { select: withIds });
  const columns: ListColumn<Member>[] = [
    { key: "person", title: t("member.person"), csv: ({ person }) => nameOf(person) ?? names.anonymous, render: (_, { person }) => <PersonLink id={person.id} label={nameOf(person)} /> },
    {
      key: "identifiers", title: t("member.identifiers"), csv: ({ person }) => person.identifiers.map((each) => `${each.type}=${each.value}`).join("; "),
      render: (_, { person }) => (
        <div style={{ maxWidth: "clamp(260px, 26vw, 460px)" }}>
          {person.identifiers.map((each) => (
            <span key={each.type + each.value} style={{ marginInlineEnd: 12, display: "inline-block" }}>
              <Typography.Text type="secondary">{names.identifier(each.type)}</Typography.Text> {each.value}
            </span>
          ))}
        </div>
      ),
    },
    { key: "traits", title: t("column.traits"), csv: ({ person }) => noteOf(person), render: (_, { person }) => <Typography.Text type="secondary">{noteOf(person)}</Typography.Text> },
    { key: "since", title: t("member.since"), csv: ({ since }) => since, render: (_, { since }) => <Ago at={since} /> },
    { key: "seen", title: t("member.seen"), isExtra: true, csv: ({ person }) => person.last_seen, render: (_, { person }) => <Ago at={person.last_seen} /> },
    { key: "id", title: t("member.id"), isExtra: true, csv: ({ id }) => id, render: (_, { id }) => <span className="mono">{id}</span> },
  ];
  return (
    <ListTable<Member>
      name="account-people"
      query={query}
      rowKey="id"
      columns={columns}
      cursor={cursor}
      onCursor={(next) => void navigate({ search: { cursor: next } })}
      loadPage={async (next) => withIds((await api.GET(PATH, { params: { path, query: { cursor: next, limit: 200 } } })).data ?? { items: [], next_cursor: null })}
      filters={<Typography.Text type="secondary" aria-live="polite">{count === undefined ? null : t("people.count", { count, number: formats.number(count) })}</Typography.Text>}
      empty={<EmptyState title={t("member.none")} hint={t("member.noneHint")} />}
    />
  );
}

/** A table needs the key of a row in the row itself. */
const withIds = (page: Schema<"Page_AccountMember_">) => ({ next_cursor: page.next_cursor, items: page.items.map((each): Member => ({ ...each, id: each.person.id })) });
