import { Alert, Button, Flex, Select, Spin, Typography } from "antd";
import { useEffect, useReducer, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Schema, api, hooks } from "@shared/api/client";
import { useFormats } from "@shared/format";
import { nameOf } from "@shared/people/person-words";
import { useMay } from "@shared/session";
import { EmptyState } from "@shared/ui/empty-state";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { useTell } from "@shared/ui/use-tell";
import { KeyHints, useKeys } from "../keys";
import { noQueue, step } from "../queue";
import { STATUSES, reviewRoute } from "../routes";
import { BulkButton } from "./bulk-button";
import { PairDetail } from "./pair-detail";
import { shownShare } from "./weights";
import { Going, Missing, RunButton, isGoing, useMatchingRefresh } from "./run-panel";

type Pair = Schema<"MatchPairOut">;
type Matching = Schema<"MatchingOut">;
const PAGE = 200;

/** The queue: a list at the left, the pair at the right, a key for each verdict. */
export function Pairs({ matching }: { matching: Matching }) {
  const { t } = useTranslation("identity");
  const formats = useFormats();
  const tell = useTell();
  const mayWrite = useMay("identity:write");
  const { status = "open", pair: wanted } = reviewRoute.useSearch();
  const navigate = reviewRoute.useNavigate();
  const refresh = useMatchingRefresh();
  const [queue, go] = useReducer(step, { ...noQueue, at: wanted ?? null });
  const [decided, setDecided] = useState<string[]>([]); // the last one at the end; they can be taken back
  const going = useRef(new Set<string>()); // said already, while the list may not know yet
  const query = hooks.useQuery("get", "/api/v1/identity/matching/pairs", { params: { query: { status, limit: PAGE } } });
  const items = query.data?.items;
  useEffect(() => {
    if (items) go({ kind: "list", ids: items.map((item) => item.id).filter((id) => status !== "open" || !going.current.has(id)) });
  }, [items, status]);
  useEffect(() => {
    if (queue.at && queue.at !== wanted) void navigate({ search: (now) => ({ ...now, pair: queue.at ?? undefined }), replace: true });
    document.getElementById(`pair-${queue.at}`)?.scrollIntoView({ block: "nearest" });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the address follows the queue, not the other way round
  }, [queue.at]);

  const isOpen = status === "open";
  const undo = async (id = decided.at(-1)) => {
    if (!id) return;
    setDecided((now) => now.filter((each) => each !== id));
    try {
      await api.POST("/api/v1/identity/matching/pairs/{match_pair_id}/undo", { params: { path: { match_pair_id: id } } });
      going.current.delete(id);
      tell.done(t("review.undone"));
      go({ kind: "list", ids: [id, ...queue.ids.filter((each) => each !== id)] });
      go({ kind: "go", to: id });
    } catch (thrown) {
      tell.failed(thrown);
    }
    await refresh();
  };
  const decide = async (verdict: "same" | "different") => {
    const id = queue.at;
    if (!id || !mayWrite || status !== "open") return;
    going.current.add(id);
    go({ kind: "done", id }); // the next one comes at once, whatever the server needs
    try {
      await api.POST("/api/v1/identity/matching/pairs/{match_pair_id}/decision", { params: { path: { match_pair_id: id } }, body: { verdict, reason: "" } });
      setDecided((now) => [...now, id]);
      tell.done(t(`review.said.${verdict}`), { undo: () => void undo(id) });
    } catch (thrown) {
      going.current.delete(id);
      tell.failed(thrown);
    }
    await refresh();
  };
  const next = () => go({ kind: "next" });
  const previous = () => go({ kind: "previous" });
  const keys = useKeys({ s: () => void decide("same"), d: () => void decide("different"), j: next, k: previous, ArrowDown: next, ArrowUp: previous, u: () => void undo(isOpen ? decided.at(-1) : (queue.at ?? undefined)) });
  const hints = [
    ...(isOpen ? [{ keys: ["S"], does: t("review.key.same") }, { keys: ["D"], does: t("review.key.different") }] : []),
    { keys: ["J", "K"], does: t("review.key.move") }, { keys: ["U"], does: t("review.key.undo") },
  ];
  const shown = queue.ids.flatMap((id) => items?.find((item) => item.id === id) ?? []);
  const isListed = queue.ids !== noQueue.ids; // before that nothing is known to be left
  const total = status === "open" ? Math.max(matching.open_pairs, queue.ids.length) : queue.ids.length;
  const place = queue.at ? queue.ids.indexOf(queue.at) + 1 : 0;

  return (
    <Flex vertical gap={10}>
      <Missing matching={matching} />
      {isGoing(matching.last_run) && <Panel><Going matching={matching} /></Panel>}
      <Flex gap={12} wrap align="center" justify="space-between">
        <Flex gap={12} align="center" wrap>
          <Select aria-label={t("review.which")} value={status} style={{ width: 150 }} options={STATUSES.map((value) => ({ value, label: t(`review.status.${value}`) }))} onChange={(value) => void navigate({ search: { status: value === "open" ? undefined : value } })} />
          {place > 0 && <Typography.Text strong className="numeric" aria-live="polite">{t("review.place", { place: formats.number(place), total: formats.number(total) })}</Typography.Text>}
          <KeyHints isOn={keys.isOn} onTurn={keys.turn} keys={hints} />
        </Flex>
        <Flex gap={8}>
          {decided.length > 0 && <Button onClick={() => void undo()}>{t("review.undoLast")}</Button>}
          {mayWrite && status === "open" && shown.length > 1 && <BulkButton least={matching.review} onDone={(ids) => { for (const id of ids) { going.current.add(id); go({ kind: "done", id }); } void refresh(); }} />}
          <RunButton matching={matching} />
        </Flex>
      </Flex>
      <QueryView query={query} rows={10} isEmpty={() => isListed && shown.length === 0 && !query.isFetching} empty={<Panel><Nothing matching={matching} isOpen={status === "open"} isDone={decided.length > 0} /></Panel>}>
        {() => (
          <div className="identity-review">
            <nav aria-label={t("review.list")} className="identity-review-list">
              {shown.map((pair) => <PairLink key={pair.id} pair={pair} isAt={pair.id === queue.at} onOpen={() => go({ kind: "go", to: pair.id })} />)}
            </nav>
            {queue.at ? (
              <PairDetail key={queue.at} id={queue.at} mayDecide={mayWrite && status === "open"} onDecide={(verdict) => void decide(verdict)} onUndo={() => void undo(queue.at ?? undefined)} />
            ) : <Flex justify="center" style={{ padding: 60 }}><Spin /></Flex>}
          </div>
        )}
      </QueryView>
      {query.data?.next_cursor && <Alert type="info" title={t("review.more", { count: PAGE })} />}
    </Flex>
  );
}

function PairLink({ pair, isAt, onOpen }: { pair: Pair; isAt: boolean; onOpen: () => void }) {
  const { t } = useTranslation("identity");
  const formats = useFormats();
  const { share, digits } = shownShare(pair.probability);
  return (
    <button type="button" id={`pair-${pair.id}`} className="identity-review-row" aria-current={isAt || undefined} onClick={onOpen}>
      <span>{pair.people.map((person) => nameOf(person) ?? t("review.unknown")).join(" · ")}</span>
      <span className="numeric identity-review-share">{formats.percent(share, digits)}</span>
    </button>
  );
}

/** Why there is nothing to look at, and what to do next. */
function Nothing({ matching, isOpen, isDone }: { matching: Matching; isOpen: boolean; isDone: boolean }) {
  const { t } = useTranslation("identity");
  const state = !isOpen ? "noneSuch" : isDone ? "allDone" : isGoing(matching.last_run) ? "comparing" : matching.last_run ? "noneFound" : "neverRun";
  return <EmptyState title={t(`review.empty.${state}`)} hint={t(`review.emptyHint.${state}`)} action={state === "neverRun" ? <RunButton matching={matching} type="primary" /> : undefined} />;
}
