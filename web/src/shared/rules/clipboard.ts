import { useSyncExternalStore } from "react";
import { ownStore } from "../session/browser-store";
import { type DraftNode, decodeNode, encode } from "./draft";

// What was copied goes with its user from one editor to the next, also to another tab.
const PLACE = "rule-clip";
const listeners = new Set<() => void>();

function read(): string | null {
  return ownStore.read(PLACE);
}

function follow(changed: () => void) {
  listeners.add(changed);
  window.addEventListener("storage", changed);
  return () => {
    listeners.delete(changed);
    window.removeEventListener("storage", changed);
  };
}

let known: { text: string | null; node: DraftNode | null } = { text: null, node: null };

function parse(text: string | null): DraftNode | null {
  if (known.text === text) return known.node;
  let node: DraftNode | null = null;
  try {
    node = text === null ? null : decodeNode(JSON.parse(text));
  } catch {
    node = null;
  }
  known = { text, node };
  return node;
}

/** What was copied, and how to copy. */
export function useClip(): [DraftNode | null, (node: DraftNode) => void] {
  const text = useSyncExternalStore(follow, read);
  const copy = (node: DraftNode) => {
    const json = JSON.stringify(encode(node));
    ownStore.write(PLACE, json);
    for (const listener of listeners) listener();
    // Also for mails, tickets and the API; where the browser allows none, the editor's own is enough.
    void navigator.clipboard?.writeText(json).catch(() => {});
  };
  return [parse(text), copy];
}
