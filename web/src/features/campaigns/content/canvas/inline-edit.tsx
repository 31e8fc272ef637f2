import { useTranslation } from "react-i18next";
import { TextField } from "../code/text-field";
import type { Block, BlockFields, BlockOf } from "../model/block";

type Inline = BlockOf<"heading" | "text" | "button" | "html">;

/** Whether the main text of a block is edited in its place; the rest stands at the side. */
export const isEditedInline = (block: Block): block is Inline => ["heading", "text", "button", "html"].includes(block.kind);

interface Props {
  block: Inline;
  /** Its path in the arm. */
  path: string;
  onChange: (fields: BlockFields) => void;
}

/** The main text of the chosen block. */
export function InlineEdit({ block, path, onChange }: Props) {
  const { t } = useTranslation("campaigns");
  return (
    <div style={{ padding: "14px 10px 4px", color: "initial" }}>
      {block.kind === "html" ? (
        <TextField
          autoFocus
          mode="html"
          marks="none"
          value={block.html}
          path={`${path}.html`}
          label={t("field.html")}
          placeholder={t("field.htmlHint")}
          minHeight={140}
          maxHeight={360}
          onChange={(html) => onChange({ html })}
        />
      ) : (
        <TextField
          autoFocus
          mode={block.kind === "text" ? "text" : "line"}
          marks={block.kind === "text" ? "paragraphs" : block.kind === "heading" ? "line" : "none"}
          value={block.text}
          path={`${path}.text`}
          label={t(`field.${block.kind}`)}
          placeholder={t(`block.empty.${block.kind}`)}
          minHeight={block.kind === "text" ? 90 : undefined}
          maxHeight={420}
          onChange={(text) => onChange({ text })}
        />
      )}
    </div>
  );
}
