import { type Graph, type Link, type Merge, type Node, groupsOf, whoseIs } from "./graph-model";

/** Something that happened at one moment: identifiers were seen, evidence came, profiles merged or parted. */
export interface Step {
  at: string;
  seen: Node[];
  links: Link[];
  merges: Merge[];
}

/** How the person came together, the earliest first. What happened at the same instant is one step. */
export function stepsOf(graph: Pick<Graph, "nodes" | "links" | "merges">): Step[] {
  const steps = new Map<string, Step>();
  const stepAt = (at: string) => {
    const found = steps.get(at) ?? { at, seen: [], links: [], merges: [] };
    steps.set(at, found);
    return found;
  };
  // Others' identifiers have a history of their own: here they count from the evidence on.
  for (const node of graph.nodes) if (whoseIs(node) === "own") stepAt(node.first_seen).seen.push(node);
  for (const link of graph.links) stepAt(link.at).links.push(link);
  for (const merge of graph.merges) stepAt(merge.at).merges.push(merge);
  return [...steps.values()].sort((one, other) => one.at.localeCompare(other.at));
}

/** The last step that had happened by a moment; the first if none had. */
export function stepBy(steps: Step[], at: string | undefined): number {
  if (at === undefined) return steps.length - 1;
  const later = steps.findIndex((step) => step.at > at);
  return later === -1 ? steps.length - 1 : Math.max(later - 1, 0);
}

export interface Past {
  nodes: Node[];
  links: Link[];
  /** Into how many groups the person's identifiers fell. */
  people: number;
}

/** What was there at a moment: evidence up to then, and the identifiers that had been seen. Without one, all. */
export function asOf(graph: Pick<Graph, "nodes" | "links">, at: string | undefined): Past {
  const links = graph.links.filter((link) => at === undefined || link.at <= at);
  const ends = new Set(links.flatMap(({ a, b }) => [a, b]));
  // Others' identifiers stand there because of the evidence alone.
  const nodes = graph.nodes.filter((node) => ends.has(node.id) || (whoseIs(node) === "own" && (at === undefined || node.first_seen <= at)) || (at === undefined));
  const own = nodes.filter((node) => whoseIs(node) === "own");
  return { nodes, links, people: at === undefined ? 1 : groupsOf(own, links).length };
}
