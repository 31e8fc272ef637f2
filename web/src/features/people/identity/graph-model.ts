import type { Schema } from "@shared/api/client";

export type Graph = Schema<"IdentityGraph">;
export type Node = Schema<"GraphNode">;
export type Link = Schema<"GraphLink">;
export type Merge = Schema<"GraphMerge">;

/** Beyond this a drawing tells nothing; the table does. */
export const MOST_DRAWN = 200;

/** Whose an identifier is, seen from one person. */
export type Whose = "own" | "other" | "nobody" | "removed";

export const whoseIs = (node: Node): Whose =>
  node.is_removed ? "removed" : node.is_own ? "own" : node.profile_id === null ? "nobody" : "other";

/** Too many claim it, or its type is never anybody's alone. */
export const isShared = (node: Node): boolean => node.is_over_cap || node.is_shared;

/** All evidence about one pair of identifiers: one line of the picture. */
export interface Strand {
  /** The id of the piece that says most: one that counts, else the newest. */
  id: string;
  a: string;
  b: string;
  isLinked: boolean;
  links: Link[];
}

const pairOf = (link: Link) => [link.a, link.b].sort().join(" ");

/** The lines between identifiers, in the order of their first evidence. */
export function strandsOf(links: Link[]): Strand[] {
  const found = new Map<string, Link[]>();
  for (const link of links) found.set(pairOf(link), [...(found.get(pairOf(link)) ?? []), link]);
  return [...found.values()].map((each) => {
    const sorted = each.toSorted((one, other) => Number(other.is_linked) - Number(one.is_linked) || other.at.localeCompare(one.at) || one.id.localeCompare(other.id));
    const first = sorted[0] as Link;
    return { id: first.id, a: first.a, b: first.b, isLinked: first.is_linked, links: sorted };
  });
}

/** The line that a piece of evidence belongs to. */
export const strandOf = (strands: Strand[], linkId: string) => strands.find((each) => each.links.some((link) => link.id === linkId));

/** The identifiers that are connected by evidence that counts, as groups; one alone is a group too. */
export function groupsOf(nodes: Node[], links: Link[]): string[][] {
  const leaders = new Map(nodes.map(({ id }) => [id, id]));
  const leader = (id: string): string => {
    const next = leaders.get(id);
    return next === undefined || next === id ? id : leader(next);
  };
  for (const { a, b, is_linked } of links) {
    if (is_linked && leaders.has(a) && leaders.has(b)) leaders.set(leader(a), leader(b));
  }
  const groups = new Map<string, string[]>();
  for (const { id } of nodes) groups.set(leader(id), [...(groups.get(leader(id)) ?? []), id]);
  return [...groups.values()];
}
