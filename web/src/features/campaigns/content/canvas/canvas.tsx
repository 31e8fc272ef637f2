import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@shared/ui/empty-state";
import type { Block, Theme } from "../model/block";
import { BlockCard } from "./block-card";
import { Gap } from "./gap";
import type { Blocks } from "./use-blocks";

interface Props {
  blocks: Blocks;
  look: Theme;
}

/** The message while it is written: its blocks one below the other. */
export function Canvas({ blocks, look }: Props) {
  const { t } = useTranslation("campaigns");
  const all = blocks.blocks;

  const list = (items: readonly Block[], parent: string | null, column: number, isSide: boolean) => (
    <>
      {items.map((block, index) => (
        <Fragment key={block.id}>
          <Gap blocks={all} place={{ parent, column, index }} />
          <BlockCard block={block} blocks={blocks} look={look}>
            {block.kind === "columns" && (
              <div style={{ display: "grid", gridTemplateColumns: "1fr 1fr", padding: "6px 4px", border: "1px dashed #b6bcc4", borderRadius: 4 }}>
                {block.columns.map((inner, side) => <div key={side} style={{ minWidth: 0 }}>{list(inner, block.id, side, true)}</div>)}
              </div>
            )}
          </BlockCard>
        </Fragment>
      ))}
      <Gap blocks={all} place={{ parent, column, index: items.length }} hint={items.length === 0 && isSide ? t("block.emptyColumn") : undefined} />
    </>
  );

  return (
    <section
      aria-label={t("canvas.title")}
      style={{ background: look.background, borderRadius: 6, padding: "20px 12px 28px", minHeight: 320, flex: 1 }}
    >
      <div style={{ maxWidth: look.width, margin: "0 auto", background: look.content_background, color: look.text_color, fontFamily: look.font, padding: "14px 0" }}>
        {list(all, null, 0, false)}
        {all.length === 0 && <EmptyState title={t("canvas.empty")} hint={t("canvas.emptyHint")} />}
      </div>
    </section>
  );
}
