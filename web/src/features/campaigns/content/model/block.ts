import type { Schema } from "@shared/api/client";

export type Content = Schema<"CampaignDetail">["content"];
export type Arm = Content["arms"][number];
export type Theme = Content["theme"];
export type Goal = NonNullable<Content["goal"]>;

/** What a message is built of. */
export type Block = NonNullable<Arm["blocks"]>[number];
export type Kind = Block["kind"];
export type BlockOf<Name extends Kind> = Extract<Block, { kind: Name }>;
/** What may stand inside a column. */
export type InnerBlock = BlockOf<"columns">["columns"][number][number];
type FieldsOf<Each> = Each extends Block ? Partial<Omit<Each, "id" | "kind">> : never;
/** Some fields of a block, to be changed. */
export type BlockFields = FieldsOf<Block>;
export type Align = BlockOf<"text">["align"];

/** In the order in which the palette offers them. */
export const KINDS: readonly Kind[] = ["heading", "text", "image", "button", "divider", "spacer", "columns", "footer", "html"];

export const newId = () => `b${crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36) ?? ""}${Date.now().toString(36).slice(-4)}`;

/** A new block with nothing in it yet. */
export function newBlock(kind: Kind): Block {
  const id = newId();
  switch (kind) {
    case "heading":
      return { id, kind, text: "", level: 1, align: "left" };
    case "text":
      return { id, kind, text: "", align: "left" };
    case "image":
      return { id, kind, src: "", alt: "", href: "", width: null, align: "center" };
    case "button":
      return { id, kind, text: "", href: "", color: null, align: "center" };
    case "divider":
      return { id, kind, color: null };
    case "spacer":
      return { id, kind, height: 24 };
    case "html":
      return { id, kind, html: "" };
    case "footer":
      return { id, kind, company: "", address: "", unsubscribe: "" };
    case "columns":
      return { id, kind, columns: [[], []] };
  }
}

/** Whether a block of this kind may stand inside a column. */
export const isInner = (kind: Kind): boolean => kind !== "columns" && kind !== "footer";
