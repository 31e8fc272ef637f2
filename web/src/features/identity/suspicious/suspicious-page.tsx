import { useNavigate } from "@tanstack/react-router";
import { CheckOutlined, EyeOutlined } from "@ant-design/icons";
import { useQueryClient } from "@tanstack/react-query";
import { Badge, Button, Flex, Switch, Table, Tabs, Tooltip, Typography } from "antd";
import { useEffect, useReducer, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { useNames } from "@shared/names";
import { PersonLink } from "@shared/people/person-link";
import { nameOf, noteOf } from "@shared/people/person-words";
import { useMay } from "@shared/session";
import { ApiButton } from "@shared/ui/api-button";
import { EmptyState } from "@shared/ui/empty-state";
import { LinkButton } from "@shared/ui/link-button";
import { Panel } from "@shared/ui/panel";
import { ProblemView } from "@shared/ui/problem-view";
import { Ago } from "@shared/ui/time";
import { useTell } from "@shared/ui/use-tell";
import { Frame, useOverview } from "../frame";
import { KeyHints, useKeys } from "../keys";
import { noQueue, step } from "../queue";
import { KINDS, suspiciousRoute } from "../routes";
import { Refusals } from "./refusals";
import { useCaseWords } from "./words";

type Case = Schema<"SuspiciousCase">;

/** What looks wrong among people's identities, the worst first. */
export function SuspiciousPage() {
  const { t } = useTranslation("identity");
  const { kind: wanted, reviewed, cursor } = suspiciousRoute.useSearch();
  const navigate = suspiciousRoute.useNavigate();
  const overview = useOverview();
  // Without a wish, what there is something of.
  const kind = wanted ?? overview.data?.kinds.find((each) => each.count > 0)?.kind ?? "many_identifiers";
  const count = (each: string) => overview.data?.kinds.find((one) => one.kind === each)?.count ?? 0;
  return (
    <Frame at="suspicious" actions={<ApiButton method="GET" path={`/identity/suspicious?kind=${kind}`} />}>
      <Flex vertical gap={12}>
        <Panel flush>
          <Tabs
            activeKey={kind}
            style={{ padding: "0 12px" }}
            onChange={(key) => void navigate({ search: { kind: KINDS.find((each) => each === key), reviewed } })}
            items={KINDS.map((each) => ({
              key: each,
              label: <Flex gap={6} align="center">{t(`kind.${each}`)} <Badge count={count(each)} overflowCount={9999} color="gold" styles={{ indicator: { color: "#3d2c00", boxShadow: "none" } }} /></Flex>,
              children: each === kind && <Cases key={`${kind}${reviewed}${cursor}`} kind={kind} reviewed={reviewed} cursor={cursor} />,
            }))}
          />
        </Panel>
        <Refusals overview={overview} />
      </Flex>
    </Frame>
  );
}

interface Props {
  kind: Case["kind"];
  reviewed: boolean | undefined;
  cursor: string | undefined;
}

function Cases({ kind, reviewed, cursor }: Props) {
  const { t } = useTranslation("identity");
  const { t: shared } = useTranslation();
  const formats = useFormats();
  const names = useNames();
  const words = useCaseWords();
  const tell = useTell();
  const queries = useQueryClient();
  const navigate = suspiciousRoute.useNavigate();
  const goTo = useNavigate();
  const mayWrite = useMay("identity:write");
  const mayReveal = useMay("profiles:reveal");
  const [isRevealed, setRevealed] = useState(false); // ends with the screen
  const [selected, setSelected] = useState<string[]>([]);
  const [queue, go] = useReducer(step, noQueue);
  const query = hooks.useQuery("get", "/api/v1/identity/suspicious", { params: { query: { kind, with_reviewed: reviewed ?? false, reveal: isRevealed, cursor, limit: 30 } } });
  const items = query.data?.items;
  useEffect(() => {
    if (items) go({ kind: "list", ids: items.map((item) => item.id) });
  }, [items]);
  const current = items?.find((item) => item.id === queue.at);
  const personOf = (item: Case) => item.person?.id ?? item.identifier?.profile_id;

  const mark = async (ids: string[]) => {
    if (!ids.length || !mayWrite) return;
    try {
      const { data } = await api.POST("/api/v1/identity/suspicious/reviewed", { body: { items: ids.map((id) => ({ kind, id })) } });
      if (!reviewed) for (const id of ids) go({ kind: "done", id });
      setSelected([]);
      tell.done(t("suspicious.marked", { count: data?.count ?? ids.length }));
      await queries.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[1] ?? "").startsWith("/api/v1/identity/suspicious") });
    } catch (thrown) {
      tell.failed(thrown);
    }
  };
  const open = () => {
    const id = current && personOf(current);
    if (id) void goTo({ to: "/people/$profileId", params: { profileId: id }, search: { tab: "identity" } });
  };
  const next = () => go({ kind: "next" });
  const previous = () => go({ kind: "previous" });
  const keys = useKeys({ j: next, ArrowDown: next, k: previous, ArrowUp: previous, Enter: open, m: () => { if (current) void mark([current.id]); } });
  useEffect(() => {
    document.querySelector(`[data-row-key="${queue.at}"]`)?.scrollIntoView({ block: "nearest" });
  }, [queue.at]);

  return (
    <Flex vertical gap={8} style={{ paddingBottom: 12 }}>
      <Typography.Text type="secondary">{t(`kindLead.${kind}`)}</Typography.Text>
      <Flex gap={12} wrap justify="space-between" align="center">
        <KeyHints
          isOn={keys.isOn}
          onTurn={keys.turn}
          keys={[{ keys: ["J", "K"], does: t("keys.move") }, { keys: ["Enter"], does: t("keys.open") }, { keys: ["M"], does: t("keys.mark") }]}
        />
        <Flex gap={8} align="center">
          {selected.length > 0 && <Button icon={<CheckOutlined />} onClick={() => void mark(selected)}>{t("suspicious.markSelected", { count: selected.length })}</Button>}
          {kind === "claimed_by_many" && (
            <Tooltip title={mayReveal ? undefined : t("suspicious.mayNotReveal")}>
              <Button icon={<EyeOutlined />} disabled={!mayReveal} aria-pressed={isRevealed} onClick={() => setRevealed(!isRevealed)}>{t(isRevealed ? "suspicious.hide" : "suspicious.reveal")}</Button>
            </Tooltip>
          )}
          <Flex component="span" gap={6} align="center"><Switch size="small" checked={reviewed ?? false} aria-label={t("suspicious.withReviewed")} onChange={(isOn) => void navigate({ search: { kind, reviewed: isOn || undefined } })} /> {t("suspicious.withReviewed")}</Flex>
        </Flex>
      </Flex>
      {query.error ? <ProblemView problem={query.error} onRetry={() => void query.refetch()} /> : null}
      <div className="visually-hidden" aria-live="polite">{current && words.extent(current)}</div>
      <Table<Case>
        size="small"
        rowKey="id"
        loading={query.isPending}
        pagination={false}
        dataSource={items ?? []}
        rowClassName={(row) => (row.id === queue.at ? "identity-at" : "")}
        onRow={(row) => ({ "aria-current": row.id === queue.at ? "true" : undefined, onClick: () => go({ kind: "go", to: row.id }) })}
        rowSelection={mayWrite ? { selectedRowKeys: selected, onChange: (ids) => setSelected(ids.map(String)), getCheckboxProps: () => ({ "aria-label": t("suspicious.select") }) as object } : undefined}
        locale={{ emptyText: query.isPending ? <div style={{ height: 120 }} /> : <EmptyState title={t(reviewed ? "suspicious.none" : "suspicious.noneLeft")} hint={t(`kindNone.${kind}`)} /> }}
        columns={[
          {
            title: t(kind === "claimed_by_many" ? "suspicious.value" : "suspicious.person"), key: "who", width: "34%",
            render: (_, row) =>
              row.person ? (
                <>
                  <div><PersonLink id={row.person.id} label={nameOf(row.person)} /></div>
                  <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}>{[noteOf(row.person), ...row.person.identifiers.map((each) => `${names.identifier(each.type)} ${each.value}`)].filter(Boolean).join(" · ")}</Typography.Text>
                </>
              ) : (
                <>
                  <Typography.Text type="secondary">{row.identifier && names.identifier(row.identifier.type)}</Typography.Text> <Typography.Text strong>{row.identifier?.value}</Typography.Text>
                  <Flex gap={6} style={{ fontSize: 12 }}><Typography.Text type="secondary">{t(row.identifier?.profile_id ? "suspicious.owner" : "suspicious.noOwner")}</Typography.Text>{row.identifier?.profile_id && <PersonLink id={row.identifier.profile_id} />}</Flex>
                </>
              ),
          },
          {
            title: t("suspicious.why"), key: "why",
            render: (_, row) => (
              <>
                {words.extent(row)}
                {row.reviewed_at && <Typography.Text type="secondary" style={{ display: "block", fontSize: 12 }}><Ago at={row.reviewed_at} say={(ago) => t("suspicious.seen", { ago })} /></Typography.Text>}
              </>
            ),
          },
          { title: t("suspicious.extent"), key: "extent", align: "right", width: 80, className: "numeric", render: (_, row) => formats.number(row.extent) },
          {
            title: t("suspicious.actions"), key: "actions", width: 220,
            render: (_, row) => (
              <Flex gap={6}>
                {row.type && <LinkButton size="small" to="/identity" search={{ type: row.type.split(":")[0] }}>{t("suspicious.rule")}</LinkButton>}
                {mayWrite && <Button size="small" icon={<CheckOutlined />} onClick={() => void mark([row.id])}>{t("suspicious.mark")}</Button>}
              </Flex>
            ),
          },
        ]}
      />
      {(cursor ?? query.data?.next_cursor) && (
        <Flex justify="end" gap={8}>
          <Button size="small" disabled={!cursor} onClick={() => void navigate({ search: { kind, reviewed } })}>{shared("list.first")}</Button>
          <Button size="small" disabled={!query.data?.next_cursor} onClick={() => void navigate({ search: { kind, reviewed, cursor: query.data?.next_cursor ?? undefined } })}>{shared("list.next")}</Button>
        </Flex>
      )}
    </Flex>
  );
}
