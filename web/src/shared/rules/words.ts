import { useTranslation } from "react-i18next";
import { verbOf } from "./blank";
import type { RuleCatalog } from "./catalog";
import type { DraftNode } from "./draft";
import { countConditions } from "./draft";
import { useOperatorWord } from "./operator-pick";
import type { Leaf } from "./wire";

/** A node in a few words, to name it in menus, while it is dragged and for screen readers. */
export function useWords(catalog: RuleCatalog): (node: DraftNode) => string {
  const { t } = useTranslation("rules");
  const word = useOperatorWord();
  const operation = (subject: string, op: string, value: unknown) => [subject, word(op), shorten(value)].filter(Boolean).join(" ");
  const ofLeaf = (leaf: Leaf): string => {
    switch (leaf.kind) {
      case "trait":
        return operation(catalog.trait(leaf.trait)?.label ?? leaf.trait, leaf.op, leaf.value);
      case "tag":
        return operation(catalog.tag(leaf.tag)?.name ?? leaf.tag, leaf.op, leaf.value);
      case "audience":
        return [t(`audience.${leaf.op ?? "in"}`), catalog.audience(leaf.audience)?.name ?? leaf.audience].join(" ");
      case "random":
        return t("subject.random");
      default:
        return [t(`verb.${verbOf(leaf)}`), catalog.event(leaf.event)?.label_hint ?? leaf.event].join(" ");
    }
  };
  return (node) => {
    if (node.type === "group") return t("group.words", { kind: t(`group.${node.kind}`), count: countConditions(node) });
    return node.type === "leaf" ? ofLeaf(node.wire) : t("opaque.title");
  };
}

const MOST = 40;

function shorten(value: unknown): string {
  if (value === undefined || value === null || (typeof value === "object" && !Array.isArray(value))) return "";
  const text = Array.isArray(value) ? value.join(", ") : String(value);
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}
