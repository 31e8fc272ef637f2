import { Flex, Skeleton, theme } from "antd";
import { Suspense, lazy, useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useNames } from "@shared/names";
import type { Node, Strand } from "./graph-model";
import { layOut } from "./layout";
import { pictureOption } from "./picture-option";
import { useScope } from "./scope";
import { useWhose } from "./whose";

const Canvas = lazy(() => import("@shared/chart/canvas"));

interface Props {
  nodes: Node[];
  strands: Strand[];
  /** All that will ever be drawn: it decides where things stand, so that a replay moves nothing. */
  all: { nodes: Node[]; strands: Strand[] };
  label: string;
}

/** The graph as a drawing; what is clicked is chosen. */
export function Picture({ nodes, strands, all, label }: Props) {
  const { token } = theme.useToken();
  const { i18n } = useTranslation("people");
  const { chosen, choose } = useScope();
  const names = useNames();
  const { note, value } = useWhose();
  const placed = useMemo(() => layOut(all.nodes, all.strands), [all]);
  const { option, height } = useMemo(
    () => pictureOption(nodes, strands, chosen, { type: names.identifier, note, value, reason: (strand) => strand.links[0]?.reason ?? "" }, token, placed),
    // The words follow the language, and nothing else of what they are made of.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [nodes, strands, chosen, token, placed, i18n.language],
  );
  const select = useCallback(
    ({ name, index, isEdge }: { name: string; index: number; isEdge: boolean }) => choose(isEdge ? strands[index]?.id : name),
    [choose, strands],
  );
  return (
    <Suspense fallback={<Skeleton.Node active style={{ width: "100%", height }} />}>
      <Canvas option={option} label={label} height={height} onSelect={select} />
    </Suspense>
  );
}

/** What the looks of the drawing mean. */
export function Legend() {
  const { t } = useTranslation("people");
  const { token } = theme.useToken();
  const box = (border: string) => <span aria-hidden style={{ display: "inline-block", width: 20, height: 12, border, borderRadius: 3, flex: "none" }} />;
  const line = (border: string) => <span aria-hidden style={{ display: "inline-block", width: 24, borderTop: border, flex: "none" }} />;
  const items = [
    { key: "own", sign: box(`1.5px solid ${token.colorPrimary}`), text: t("graph.legend.own") },
    { key: "other", sign: box(`1.5px dashed ${token.colorTextTertiary}`), text: t("graph.legend.other") },
    { key: "nobody", sign: box(`1.5px dotted ${token.colorTextTertiary}`), text: t("graph.legend.nobody") },
    { key: "shared", sign: box(`2px dashed ${token.colorWarning}`), text: t("graph.legend.shared") },
    { key: "linked", sign: line(`2px solid ${token.colorTextSecondary}`), text: t("graph.legend.linked") },
    { key: "refused", sign: line(`2px dashed ${token.colorTextTertiary}`), text: t("graph.legend.refused") },
  ];
  return (
    <Flex component="ul" gap="4px 16px" wrap style={{ margin: 0, padding: 0, listStyle: "none", fontSize: 12, color: token.colorTextSecondary }}>
      {items.map(({ key, sign, text }) => <li key={key} style={{ display: "flex", gap: 6, alignItems: "center" }}>{sign}{text}</li>)}
    </Flex>
  );
}
