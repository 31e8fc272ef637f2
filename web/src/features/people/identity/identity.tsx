import { ApartmentOutlined, TableOutlined, UsergroupAddOutlined } from "@ant-design/icons";
import { Alert, Button, Flex, Segmented, Tabs } from "antd";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { hooks } from "@shared/api/client";
import { EmptyState } from "@shared/ui/empty-state";
import { FaultBoundary } from "@shared/ui/fault-boundary";
import { Panel } from "@shared/ui/panel";
import { QueryView } from "@shared/ui/query-view";
import { personRoute } from "../routes";
import { DecideButton } from "./decide-button";
import { DecisionDialog } from "./decision-dialog";
import { DecisionList } from "./decision-list";
import { type Graph, MOST_DRAWN, strandOf, strandsOf } from "./graph-model";
import { JoinDialog } from "./join-dialog";
import { NodeDetails } from "./node-details";
import { Legend, Picture } from "./picture";
import { Replay } from "./replay";
import { asOf, stepsOf } from "./replay-model";
import { type Ask, ScopeContext } from "./scope";
import { StepList } from "./step-list";
import { StrandDetails } from "./strand-details";
import { Tables } from "./tables";

type Side = "steps" | "details" | "decisions";

/** Which identifiers are one person's and why, which are not, how that came about, and what can be done about it. */
export function Identity({ profileId, reveal }: { profileId: string; reveal: boolean }) {
  const { t } = useTranslation("people");
  const query = hooks.useQuery("get", "/api/v1/profiles/{profile_id}/graph", { params: { path: { profile_id: profileId }, query: { reveal } } }, { placeholderData: (before) => before });
  return (
    <QueryView query={query} rows={10} isEmpty={(graph) => graph.nodes.length === 0} empty={<Panel><EmptyState title={t("graph.none")} hint={t("graph.noneHint")} /></Panel>}>
      {(graph) => <Whole graph={graph} reveal={reveal} />}
    </QueryView>
  );
}

function Whole({ graph, reveal }: { graph: Graph; reveal: boolean }) {
  const { t } = useTranslation("people");
  const { view, at, chosen, side } = personRoute.useSearch();
  const navigate = personRoute.useNavigate();
  const [wanted, setWanted] = useState<Ask>();
  const [isJoining, setJoining] = useState(false);
  const set = useCallback(
    (next: { view?: "table" | undefined; at?: string | undefined; chosen?: string | undefined; side?: Side | undefined }, replace = false) =>
      void navigate({ search: (before) => ({ ...before, ...next }), replace }),
    [navigate],
  );
  const choose = useCallback((id: string | undefined) => set({ chosen: id, side: undefined }), [set]);
  const steps = useMemo(() => stepsOf(graph), [graph]);
  const all = useMemo(() => ({ nodes: graph.nodes, strands: strandsOf(graph.links) }), [graph]);
  const past = useMemo(() => asOf(graph, at), [graph, at]);
  const strands = useMemo(() => strandsOf(past.links), [past]);
  const node = graph.nodes.find(({ id }) => id === chosen);
  const strand = chosen ? strandOf(all.strands, chosen) : undefined;
  const isTooMuch = graph.nodes.length > MOST_DRAWN;
  const isTable = view === "table" || isTooMuch;
  const scope = useMemo(() => ({ profileId: graph.profile_id, graph, reveal, chosen, choose, decide: setWanted }), [graph, reveal, chosen, choose]);
  const shownSide: Side = side ?? (node || strand ? "details" : "steps");
  const move = (next: string | undefined) => set({ at: next }, true);
  return (
    <ScopeContext value={scope}>
      <Flex gap={16} wrap align="start">
        <div style={{ flex: "1 1 560px", minWidth: 0 }}>
          <Panel
            title={t("graph.title")}
            extra={
              <Flex gap={8} wrap align="center">
                <Segmented
                  size="small" aria-label={t("graph.view")} value={isTable ? "table" : "graph"} disabled={isTooMuch}
                  options={[{ value: "graph", icon: <ApartmentOutlined />, label: t("graph.asGraph") }, { value: "table", icon: <TableOutlined />, label: t("graph.asTable") }]}
                  onChange={(next) => set({ view: next === "table" ? "table" : undefined })}
                />
                <DecideButton size="small" icon={<UsergroupAddOutlined />} onClick={() => setJoining(true)}>{t("join.open")}</DecideButton>
              </Flex>
            }
          >
            <Flex vertical gap={10}>
              {isTooMuch && <Alert type="info" showIcon title={t("graph.tooMuch", { count: graph.nodes.length, most: MOST_DRAWN })} />}
              {!graph.is_complete && <Alert type="warning" showIcon title={t("graph.incomplete", { shown: graph.links.length, total: graph.links_total })} />}
              {isTable ? <Tables nodes={past.nodes} strands={strands} /> : (
                <>
                  <Picture nodes={past.nodes} strands={strands} all={all} label={t("graph.label", { count: past.nodes.length, links: strands.length })} />
                  <Legend />
                </>
              )}
              <Replay steps={steps} at={at} past={past} onMove={move} />
            </Flex>
          </Panel>
        </div>
        <div style={{ flex: "0 1 360px", minWidth: 300 }}>
          <Panel>
            <Tabs
              size="small" activeKey={shownSide} style={{ marginTop: -12 }} destroyOnHidden
              onChange={(key) => set({ side: key as Side }, true)}
              items={[
                { key: "steps", label: t("side.steps"), children: <Aside><StepList steps={steps} at={at} onMove={move} /></Aside> },
                {
                  key: "details", label: t("side.details"),
                  children: (
                    <Aside>
                      {(node ?? strand) && <Flex justify="end"><Button size="small" type="link" onClick={() => set({ chosen: undefined, side: undefined })}>{t("side.clear")}</Button></Flex>}
                      {node ? <NodeDetails node={node} /> : strand ? <StrandDetails strand={strand} /> : <EmptyState title={t("side.nothing")} hint={t("side.nothingHint")} />}
                    </Aside>
                  ),
                },
                { key: "decisions", label: t("side.decisions"), children: <Aside><DecisionList /></Aside> },
              ].map((each) => ({ ...each, children: <FaultBoundary>{each.children}</FaultBoundary> }))}
            />
          </Panel>
        </div>
      </Flex>
      {wanted && <DecisionDialog key={JSON.stringify(wanted)} wanted={wanted} reveal={reveal} onClose={() => setWanted(undefined)} />}
      {isJoining && <JoinDialog onClose={() => setJoining(false)} />}
    </ScopeContext>
  );
}

/** As tall as the graph beside it, and scrolls by itself. */
function Aside({ children }: { children: ReactNode }) {
  const { t } = useTranslation("people");
  return <div role="region" aria-label={t("side.title")} tabIndex={0} style={{ maxHeight: "max(440px, calc(100vh - 300px))", overflowY: "auto", overflowX: "hidden", paddingInlineEnd: 6 }}>{children}</div>;
}
