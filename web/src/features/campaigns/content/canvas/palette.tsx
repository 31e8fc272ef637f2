import { useDraggable } from "@dnd-kit/core";
import { Button, Flex } from "antd";
import { useTranslation } from "react-i18next";
import { KINDS, type Kind } from "../model/block";
import { SIGNS } from "./kinds";

/** The kinds of blocks: a click adds one after the chosen block, or it is dragged to its place. */
export function Palette({ onAdd }: { onAdd: (kind: Kind) => void }) {
  const { t } = useTranslation("campaigns");
  return (
    <div role="toolbar" aria-label={t("palette.title")} style={{ display: "grid", gridTemplateColumns: "repeat(3, 1fr)", gap: 6 }}>
      {KINDS.map((kind) => <Choice key={kind} kind={kind} onAdd={() => onAdd(kind)} />)}
    </div>
  );
}

function Choice({ kind, onAdd }: { kind: Kind; onAdd: () => void }) {
  const { t } = useTranslation("campaigns");
  // Only the mouse drags from here: with the keyboard, Enter adds, and the block can be moved then.
  const { setNodeRef, listeners } = useDraggable({ id: `new:${kind}`, data: { from: "palette", kind } });
  return (
    <Button ref={setNodeRef} {...listeners} onKeyDown={undefined} onClick={onAdd} aria-label={t("palette.add", { kind: t(`block.${kind}`) })} style={{ height: 52, padding: 2, touchAction: "none" }}>
      <Flex vertical align="center" gap={2}>
        {SIGNS[kind]}
        <span style={{ fontSize: 12 }}>{t(`block.${kind}`)}</span>
      </Flex>
    </Button>
  );
}
