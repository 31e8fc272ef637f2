import { type Node, type Strand, whoseIs } from "./graph-model";

/** In percent of the drawing. */
export interface Point {
  x: number;
  y: number;
}

export interface Layout {
  /** Cards with words as long as there is room for them, else signs. */
  look: "cards" | "signs";
  /** Pixels. */
  height: number;
  points: Map<string, Point>;
}

const ROW = 74; // pixels from one card to the next
const MOST_ROWS = 9;
const LEAST_HEIGHT = 340;
const SIGNS_HEIGHT = 560;

/** Where each identifier stands. It depends on nothing but the graph: whoever looks again finds everything in its place.

The ids that a person has only one of stand in the middle, browsers and devices at the left, and what was not linked at the right.
*/
export function layOut(nodes: Node[], strands: Strand[]): Layout {
  const sorted = nodes.toSorted((one, other) => one.first_seen.localeCompare(other.first_seen) || one.id.localeCompare(other.id));
  const apart = sorted.filter((node) => whoseIs(node) !== "own");
  const own = sorted.filter((node) => whoseIs(node) === "own");
  const middle = own.filter((node) => node.is_unique);
  const left = own.filter((node) => !node.is_unique);
  const rows = Math.max(middle.length, left.length, apart.length);
  if (rows > MOST_ROWS) return { look: "signs", height: SIGNS_HEIGHT, points: rings([middle, left, apart].filter((each) => each.length > 0)) };
  const points = new Map<string, Point>();
  const from = left.length > 0 ? 38 : 0;
  const to = apart.length > 0 ? 62 : 100;
  // In a zigzag, so that a line between two does not run behind the one between them.
  stack(middle, points, (index) => (middle.length === 1 ? (from + to) / 2 : index % 2 === 0 ? from : to));
  stack(nearTo(left, strands, points), points, () => (middle.length + apart.length === 0 ? 50 : 0));
  stack(nearTo(apart, strands, points), points, () => (middle.length + left.length === 0 ? 50 : 100));
  return { look: "cards", height: Math.max(LEAST_HEIGHT, rows * ROW + 40), points };
}

function stack(column: Node[], points: Map<string, Point>, x: (index: number) => number): void {
  column.forEach((node, index) => points.set(node.id, { x: x(index), y: (100 * (index + 0.5)) / column.length }));
}

/** In the order of what they are linked to, so that lines cross little. */
function nearTo(column: Node[], strands: Strand[], points: Map<string, Point>): Node[] {
  const height = (node: Node) => {
    const ends = strands.flatMap(({ a, b }) => (a === node.id ? [b] : b === node.id ? [a] : [])).flatMap((id) => points.get(id)?.y ?? []);
    return ends.length > 0 ? ends.reduce((sum, y) => sum + y, 0) / ends.length : 50;
  };
  const heights = new Map(column.map((node) => [node.id, height(node)]));
  return column.toSorted((one, other) => (heights.get(one.id) ?? 0) - (heights.get(other.id) ?? 0));
}

/** Each group on a ring of its own, the first in the middle; what is many goes zigzag. */
function rings(groups: Node[][]): Map<string, Point> {
  const points = new Map<string, Point>();
  groups.forEach((group, ring) => {
    const isInnermost = ring === 0 && groups.length > 1;
    const reach = groups.length === 1 ? 44 : isInnermost ? Math.min(14, 3 * group.length) : 26 + (20 * ring) / (groups.length - 1);
    group.forEach((node, index) => {
      const angle = (2 * Math.PI * index) / group.length - Math.PI / 2;
      const out = reach - (group.length > 40 ? (index % 3) * 4 : 0);
      const alone = isInnermost && group.length === 1;
      points.set(node.id, { x: alone ? 50 : 50 + out * Math.cos(angle), y: alone ? 50 : 50 + out * Math.sin(angle) });
    });
  });
  return points;
}
