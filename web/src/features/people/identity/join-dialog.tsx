import { Flex, Form, Modal, Radio, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { useNames } from "@shared/names";
import { EmptyState } from "@shared/ui/empty-state";
import { QueryView } from "@shared/ui/query-view";
import { SearchField } from "@shared/ui/search-field";
import { Ago } from "@shared/ui/time";
import { type Graph, type Node, whoseIs } from "./graph-model";
import { ask, useScope } from "./scope";

const ownOf = (graph: Graph) => graph.nodes.filter((node) => whoseIs(node) === "own");
/** The one that stands for a person best. */
const leadOf = (nodes: Node[]) => (nodes.find((node) => node.is_unique) ?? nodes[0])?.id;

/** Somebody else who is the same person: found by whatever is known of them. What would come of it is shown next. */
export function JoinDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("people");
  const names = useNames();
  const { profileId, graph, decide } = useScope();
  const [q, setQ] = useState<string>();
  const [other, setOther] = useState<string>();
  const [pair, setPair] = useState<{ mine?: string | undefined; theirs?: string | undefined }>({});
  const found = hooks.useQuery("get", "/api/v1/profiles", { params: { query: { search: q ?? "", limit: 10 } } }, { enabled: q !== undefined });
  const theirs = hooks.useQuery("get", "/api/v1/profiles/{profile_id}/graph", { params: { path: { profile_id: other ?? "" } } }, { enabled: other !== undefined });
  const choices = (nodes: Node[]) => nodes.map((node) => ({ value: node.id, label: t("join.identifier", { type: names.identifier(node.type), value: node.value }) }));
  const go = () => {
    if (!other) return;
    const mine = pair.mine ?? leadOf(ownOf(graph));
    const their = pair.theirs ?? (theirs.data && leadOf(ownOf(theirs.data)));
    onClose();
    decide(ask("join", (pair.mine ?? pair.theirs) && mine && their ? { identifiers: [mine, their] } : { profiles: [profileId, other] }));
  };
  return (
    <Modal open width={620} title={t("join.title")} okText={t("join.next")} okButtonProps={{ disabled: !other }} onOk={go} onCancel={onClose}>
      <Flex vertical gap={12}>
        <span>{t("join.lead")}</span>
        <SearchField value={q} width={572} placeholder={t("list.search")} onChange={(next) => { setQ(next); setOther(undefined); setPair({}); }} />
        {q !== undefined && (
          <QueryView
            query={found} rows={3} isEmpty={(data) => data.items.every(({ id }) => id === profileId)}
            empty={<EmptyState title={t(found.data?.items.length ? "join.onlySelf" : "list.noneFound")} hint={t("list.noneFoundHint")} />}
          >
            {(data) => (
              <Radio.Group
                aria-label={t("join.who")} value={other} onChange={(event) => { setOther(event.target.value as string); setPair({}); }} style={{ display: "grid", gap: 8 }}
                options={data.items.filter(({ id }) => id !== profileId).map((person) => ({
                  value: person.id,
                  label: (
                    <span>
                      <strong>{person.display_name ?? names.anonymous}</strong> <Typography.Text type="secondary">{person.identifiers.slice(0, 3).map((each) => each.value).join(" · ")} · <Ago at={person.last_seen} /></Typography.Text>
                    </span>
                  ),
                }))}
              />
            )}
          </QueryView>
        )}
        {other && theirs.data && (
          <Form layout="vertical" component="div">
            <Typography.Paragraph type="secondary">{t("join.byLead")}</Typography.Paragraph>
            <Flex gap={12}>
              <Form.Item label={t("join.mine")} style={{ flex: 1, minWidth: 0, marginBottom: 0 }}>
                <Select allowClear aria-label={t("join.mine")} placeholder={t("join.auto")} value={pair.mine} options={choices(ownOf(graph))} onChange={(mine?: string) => setPair({ ...pair, mine })} />
              </Form.Item>
              <Form.Item label={t("join.theirs")} style={{ flex: 1, minWidth: 0, marginBottom: 0 }}>
                <Select allowClear aria-label={t("join.theirs")} placeholder={t("join.auto")} value={pair.theirs} options={choices(ownOf(theirs.data))} onChange={(next?: string) => setPair({ ...pair, theirs: next })} />
              </Form.Item>
            </Flex>
          </Form>
        )}
      </Flex>
    </Modal>
  );
}
