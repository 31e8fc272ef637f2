import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { useTell } from "@shared/ui/use-tell";
import { type Block, type BlockFields, type Kind, newBlock } from "../model/block";
import * as tree from "../model/tree";

interface Options {
  blocks: readonly Block[];
  onChange: (change: (blocks: readonly Block[]) => Block[], key?: string) => void;
  undo: () => void;
}

/** What can be done with the blocks of a message, and which one is chosen. */
export function useBlocks({ blocks, onChange, undo }: Options) {
  const { t } = useTranslation("campaigns");
  const tell = useTell();
  const [wanted, select] = useState<string | null>(null);
  const selected = wanted && tree.find(blocks, wanted);

  const change = useCallback(
    (id: string, fields: BlockFields) => onChange((now) => tree.change(now, id, fields), `${id}.${Object.keys(fields).join()}`),
    [onChange],
  );
  const add = (kind: Kind, at?: tree.Place) => {
    const block = newBlock(kind);
    const after = selected ? tree.placeOf(blocks, selected.id) : null;
    const next = after && { ...after, index: after.index + 1 };
    const end = { parent: null, column: 0, index: blocks.at(-1)?.kind === "footer" && kind !== "footer" ? blocks.length - 1 : blocks.length };
    const place = at ?? (next && tree.fits(blocks, kind, next) ? next : end);
    onChange((now) => tree.insert(now, block, place));
    select(block.id);
  };
  const remove = (id: string) => {
    const block = tree.find(blocks, id);
    if (!block) return;
    onChange((now) => tree.remove(now, id));
    select(null);
    tell.done(t("block.removed", { kind: t(`block.${block.kind}`) }), { undo });
  };
  const duplicate = (id: string) => {
    const copy = tree.duplicate(blocks, id);
    if (!copy) return;
    onChange(() => copy.blocks);
    select(copy.id);
  };
  const move = (id: string, place: tree.Place) => onChange((now) => tree.move(now, id, place));
  const step = (id: string, by: -1 | 1) => {
    const next = tree.step(blocks, id, by);
    if (next) onChange(() => next);
  };
  return { blocks, selected: selected || null, select, change, add, remove, duplicate, move, step };
}

export type Blocks = ReturnType<typeof useBlocks>;
