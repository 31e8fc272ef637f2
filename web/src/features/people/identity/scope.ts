import { createContext, use } from "react";
import type { Schema } from "@shared/api/client";
import type { Graph, Node } from "./graph-model";

/** What an operator wants to do: it decides the words of the dialog. */
export type Way = "join" | "part" | "unmerge" | "leave" | "remove" | "revoke";

/** A decision that is asked for, without its reason yet. */
export interface Ask {
  way: Way;
  body: Omit<Schema<"DecisionIn">, "reason">;
}

/** A decision; what it is not about is left empty. */
export const ask = (way: Way, about: Partial<Schema<"DecisionIn">>): Ask => {
  const kind = way === "join" ? "together" : way === "remove" || way === "revoke" ? way : "apart";
  return { way, body: { kind, profiles: [], identifiers: [], ...about } };
};

/** The screen that a part of it stands on. */
export interface Scope {
  profileId: string;
  graph: Graph;
  reveal: boolean;
  /** An identifier or a link, by its id. */
  chosen: string | undefined;
  choose: (id: string | undefined) => void;
  /** Shows what a decision would do, and asks for it. */
  decide: (wanted: Ask) => void;
}

export const ScopeContext = createContext<Scope | null>(null);

export function useScope(): Scope {
  const scope = use(ScopeContext);
  if (!scope) throw new Error("useScope outside of an identity graph");
  return scope;
}

/** An identifier of the graph. */
export function useNode(): (id: string) => Node | undefined {
  const { graph } = useScope();
  const nodes = new Map(graph.nodes.map((each) => [each.id, each]));
  return (id) => nodes.get(id);
}
