import { EditOutlined } from "@ant-design/icons";
import { Button, Flex, Switch, Tag, Typography } from "antd";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "@shared/session";
import { ApiButton } from "@shared/ui/api-button";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";
import { type ListColumn, ListTable } from "@shared/ui/list-table";
import { SearchField } from "@shared/ui/search-field";
import { Frame } from "../frame";
import { goldenRoute } from "../routes";
import { type Choice, found, pageOf } from "./choice";
import { ChoiceDrawer } from "./choice-drawer";
import { type Done, Outcome } from "./outcome";
import { useWords } from "./use-words";
import { useChoices } from "./wire";

const SIZE = 100;

/** Which value of each trait counts when sources disagree. */
export function GoldenPage() {
  const { t } = useTranslation("identity");
  const { q, own, trait, from } = goldenRoute.useSearch();
  const navigate = goldenRoute.useNavigate();
  const mayWrite = useMay("identity:write");
  const words = useWords();
  const query = useChoices();
  const [done, setDone] = useState<Done>();
  const all = query.data?.items ?? [];
  const shown = found(all, q, own);
  const search = useCallback((next: string | undefined) => void navigate({ search: (now) => ({ ...now, q: next, from: undefined }), replace: true }), [navigate]);
  const open = (next: string | undefined) => void navigate({ search: (now) => ({ ...now, trait: next }) });
  const columns: ListColumn<Choice>[] = [
    {
      key: "trait", title: t("golden.trait"), width: "34%", csv: (row) => row.trait,
      render: (_, row) => (
        <Flex gap={8} align="center">
          <Button type="link" size="small" style={{ padding: 0 }} onClick={() => open(row.trait)}>{words.trait(row)}</Button>
          {words.trait(row) !== row.trait && <Typography.Text type="secondary" className="mono" style={{ fontSize: 12 }}>{row.trait}</Typography.Text>}
          {row.is_personal && <Tag variant="filled">{t("golden.personal")}</Tag>}
        </Flex>
      ),
    },
    {
      key: "strategy", title: t("golden.wins"), csv: (row) => words.choice(row),
      render: (_, row) => <Typography.Text strong={!row.is_default} type={row.is_default ? "secondary" : undefined}>{words.choice(row)}</Typography.Text>,
    },
    {
      key: "by", title: t("golden.by"), width: 130, csv: (row) => t(row.is_default ? "golden.default" : "golden.own"),
      render: (_, row) => (row.is_default ? <Typography.Text type="secondary">{t("golden.default")}</Typography.Text> : <Tag variant="filled" color="processing">{t("golden.own")}</Tag>),
    },
    {
      key: "actions", title: t("golden.actions"), width: 110, align: "right",
      render: (_, row) => <Button size="small" icon={<EditOutlined />} aria-label={t("golden.changeOf", { name: words.trait(row) })} onClick={() => open(row.trait)}>{t(mayWrite ? "golden.change" : "golden.try")}</Button>,
    },
  ];
  return (
    <Frame at="golden" actions={<ApiButton method="GET" path="/identity/golden-record" />}>
      <Flex vertical gap={12}>
        {done && <Outcome done={done} onDone={setDone} onClose={() => setDone(undefined)} />}
        <ListTable<Choice>
          name="golden-record"
          query={{ ...query, data: query.data && pageOf(shown, from, SIZE) }}
          loadPage={async () => ({ items: shown })}
          columns={columns}
          rowKey="trait"
          cursor={from ? String(from) : undefined}
          onCursor={(cursor) => void navigate({ search: (now) => ({ ...now, from: cursor === undefined ? undefined : Number(cursor) }) })}
          filters={
            <>
              <SearchField value={q} placeholder={t("golden.search")} onChange={search} />
              <Flex component="span" gap={6} align="center">
                <Switch size="small" checked={own ?? false} aria-label={t("golden.ownOnly")} onChange={(isOn) => void navigate({ search: (now) => ({ ...now, own: isOn || undefined, from: undefined }) })} />
                {t("golden.ownOnly")}
              </Flex>
              {query.data && <Typography.Text type="secondary" aria-live="polite">{t("golden.count", { count: shown.length, own: all.filter((each) => !each.is_default).length })}</Typography.Text>}
            </>
          }
          empty={<Nothing isEmpty={all.length === 0} isOwnOnly={own === true && !q} onReset={() => void navigate({ search: {} })} />}
        />
      </Flex>
      <ChoiceDrawer key={trait} trait={trait} choice={all.find((each) => each.trait === trait)} isLoaded={query.data !== undefined} onClose={() => open(undefined)} onDone={setDone} />
    </Frame>
  );
}

function Nothing({ isEmpty, isOwnOnly, onReset }: { isEmpty: boolean; isOwnOnly: boolean; onReset: () => void }) {
  const { t } = useTranslation("identity");
  if (isEmpty) return <EmptyState title={t("golden.empty.none")} hint={t("golden.emptyHint.none")} action={<LinkButton to="/sources">{t("golden.toSources")}</LinkButton>} />;
  return (
    <EmptyState
      title={t(isOwnOnly ? "golden.empty.noOwn" : "golden.empty.notFound")}
      hint={t(isOwnOnly ? "golden.emptyHint.noOwn" : "golden.emptyHint.notFound")}
      action={<Button onClick={onReset}>{t("golden.showAll")}</Button>}
    />
  );
}
