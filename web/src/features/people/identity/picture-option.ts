import type { GlobalToken } from "antd";
import type { ChartOption } from "@shared/chart/engine";
import { type Node, type Strand, isShared, whoseIs } from "./graph-model";
import { layOut } from "./layout";
import { outlineOf } from "./signs";

export interface Words {
  /** What people call a type of identifier. */
  type: (type: string) => string;
  /** A line about an identifier that is not simply the person's; empty if there is nothing to say. */
  note: (node: Node) => string;
  /** Why a line counts or does not. */
  reason: (strand: Strand) => string;
  value: (node: Node) => string;
}

const CARD = 176; // pixels
const MOST_LETTERS = 16; // of a line on a card; a Chinese one takes the room of two

/** A rectangle with round corners that stay round, whatever its form. */
const card = (width: number, height: number, round = 6) =>
  `path://M${round} 0H${width - round}A${round} ${round} 0 0 1 ${width} ${round}V${height - round}A${round} ${round} 0 0 1 ${width - round} ${height}H${round}A${round} ${round} 0 0 1 0 ${height - round}V${round}A${round} ${round} 0 0 1 ${round} 0Z`;

/** As much of a text as there is room for on a card. */
export function shorten(text: string, most = MOST_LETTERS): string {
  let room = most;
  for (const [index, letter] of [...text].entries()) {
    room -= letter > "\u2e7f" ? 2 : 1;
    if (room < 0) return `${[...text].slice(0, index - 1).join("")}…`;
  }
  return text;
}
// What the drawing library takes for a style in a text.
const plain = (text: string) => text.replaceAll(/[{}|]/g, " ");

function frame(node: Node, token: GlobalToken) {
  const whose = whoseIs(node);
  if (isShared(node) || node.is_blocked) return { borderColor: token.colorWarning, borderWidth: 2, borderType: "dashed" as const };
  if (whose === "own") return { borderColor: token.colorPrimary, borderWidth: 1.5, borderType: "solid" as const };
  return { borderColor: token.colorTextTertiary, borderWidth: 1, borderType: whose === "other" ? ("dashed" as const) : ("dotted" as const) };
}

/** The drawing of a graph. What is clicked is named by `nodes[].name` (an identifier) and the index of `links` (a strand). */
export function pictureOption(nodes: Node[], strands: Strand[], chosen: string | undefined, words: Words, token: GlobalToken, placed = layOut(nodes, strands)): { option: ChartOption; height: number } {
  const { points, look, height } = placed;
  const isCard = look === "cards";
  const place = (id: string) => [points.get(id)?.x ?? 50, points.get(id)?.y ?? 50];
  const tone = (node: Node) => (whoseIs(node) !== "own" ? token.colorTextTertiary : node.is_unique ? token.colorPrimary : token.colorInfo);
  const cards = nodes.map((node) => {
    const isChosen = node.id === chosen;
    const note = words.note(node);
    return {
      name: node.id,
      value: place(node.id),
      symbol: isCard ? card(CARD, note ? 64 : 48) : "circle",
      symbolSize: isCard ? [CARD, note ? 64 : 48] : [26, 26],
      itemStyle: {
        color: isChosen ? token.colorPrimaryBg : token.colorBgElevated,
        ...frame(node, token),
        ...(isChosen ? { borderColor: token.colorInfo, borderWidth: 3 } : {}),
      },
      label: {
        show: isCard,
        position: "inside" as const,
        align: "left" as const,
        offset: [-CARD / 2 + 35, 0],
        lineHeight: 17,
        formatter: [`{type|${plain(shorten(words.type(node.type)))}}`, `{value|${plain(shorten(words.value(node)))}}`, ...(note ? [`{note|${plain(shorten(note, 20))}}`] : [])].join("\n"),
        rich: {
          type: { color: token.colorTextSecondary, fontSize: 12 },
          value: { color: token.colorText, fontSize: 12, fontWeight: "bold" as const },
          note: { color: isShared(node) || node.is_blocked ? token.colorWarning : token.colorTextSecondary, fontSize: 12 },
        },
      },
      tooltip: { formatter: [`${words.type(node.type)} ${words.value(node)}`, note].filter(Boolean).join("\n") },
    };
  });
  const signs = nodes.map((node) => ({
    name: `${node.id} sign`,
    value: place(node.id),
    symbol: outlineOf(node.type),
    symbolSize: isCard ? [16, 16] : [12, 12],
    symbolOffset: isCard ? [-CARD / 2 + 20, 0] : [0, 0],
    itemStyle: { color: tone(node), borderWidth: 0 },
    label: { show: false },
  }));
  const axis = { type: "value" as const, show: false, min: 0, max: 100 };
  const border = isCard ? CARD / 2 + 6 : 24;
  return {
    height,
    option: {
      grid: { left: border, right: border, top: 16, bottom: 16, containLabel: false },
      xAxis: axis,
      yAxis: { ...axis, inverse: true },
      legend: { show: false },
      tooltip: { trigger: "item" },
      series: [
        {
          type: "graph",
          coordinateSystem: "cartesian2d",
          layout: "none",
          data: cards,
          links: strands.map((strand) => ({
            source: strand.a,
            target: strand.b,
            lineStyle: {
              color: strand.links.some(({ id }) => id === chosen) ? token.colorInfo : strand.isLinked ? token.colorTextSecondary : token.colorTextTertiary,
              type: strand.isLinked ? ("solid" as const) : ("dashed" as const),
              width: (strand.isLinked ? 2 : 1.5) + (strand.links.some(({ id }) => id === chosen) ? 2 : 0),
              opacity: 1,
            },
            tooltip: { formatter: words.reason(strand) },
          })),
          emphasis: { scale: false },
        },
        // Above, so that a card that is pointed at does not hide its sign; what is clicked is the card.
        { type: "graph", coordinateSystem: "cartesian2d", layout: "none", data: signs, links: [], silent: true, z: 5 },
      ],
    },
  };
}
