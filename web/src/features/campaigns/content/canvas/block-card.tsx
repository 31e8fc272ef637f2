import { useDraggable } from "@dnd-kit/core";
import { CloseCircleFilled, ExclamationCircleFilled } from "@ant-design/icons";
import { Tooltip, theme } from "antd";
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useEditing } from "../editing-context";
import type { Block, Theme } from "../model/block";
import { pathOf } from "../model/tree";
import { BlockTools } from "./block-tools";
import { BlockView } from "./block-view";
import { InlineEdit, isEditedInline } from "./inline-edit";
import type { Blocks } from "./use-blocks";

interface Props {
  block: Block;
  blocks: Blocks;
  look: Theme;
  /** The columns, for a block that has some. */
  children?: ReactNode;
}

/** One block on the canvas: as it will look, or its fields while it is chosen. */
export function BlockCard({ block, blocks, look, children }: Props) {
  const { t } = useTranslation("campaigns");
  const { token } = theme.useToken();
  const { problems, target } = useEditing();
  const card = useRef<HTMLDivElement>(null);
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, isDragging } = useDraggable({ id: block.id, data: { from: "canvas", id: block.id, kind: block.kind } });
  const path = pathOf(blocks.blocks, block.id) ?? "";
  const isChosen = blocks.selected?.id === block.id;
  const own = problems.filter((each) => each.path === path || (each.path.startsWith(`${path}.`) && !each.path.startsWith(`${path}.columns`)));
  const worst = own.find((each) => each.severity === "error") ?? own[0];
  const kind = t(`block.${block.kind}`);

  useEffect(() => {
    if (isChosen) card.current?.scrollIntoView({ block: "nearest" });
  }, [isChosen, target]);

  const choose = (event: MouseEvent | KeyboardEvent) => {
    event.stopPropagation();
    blocks.select(block.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) {
      if (event.key === "Escape" && isChosen) {
        blocks.select(null);
        card.current?.focus();
      }
      return;
    }
    const isStep = event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown");
    if (event.key === "Enter" || event.key === " ") choose(event);
    else if (event.key === "Delete" || event.key === "Backspace") blocks.remove(block.id);
    else if (isStep) blocks.step(block.id, event.key === "ArrowUp" ? -1 : 1);
    else if (event.key.toLowerCase() === "d" && (event.ctrlKey || event.metaKey)) blocks.duplicate(block.id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const isPlain = !isChosen && !children; // holds nothing that can be reached on its own
  return (
    <div
      ref={(element) => {
        setNodeRef(element);
        card.current = element;
      }}
      role={isPlain ? "button" : "group"}
      tabIndex={0}
      aria-label={isPlain ? undefined : t("block.named", { kind })}
      onClick={choose}
      onKeyDown={onKeyDown}
      style={{
        position: "relative", cursor: isChosen ? "default" : "pointer", opacity: isDragging ? 0.4 : 1, borderRadius: 4,
        outline: isChosen ? `2px solid ${token.colorPrimary}` : undefined, outlineOffset: isChosen ? 0 : undefined,
      }}
    >
      {isPlain && <span className="visually-hidden">{t("block.choose", { kind })}</span>}
      {isChosen && <BlockTools block={block} blocks={blocks} setHandle={setActivatorNodeRef} attributes={attributes} listeners={listeners} />}
      {children || (isChosen && isEditedInline(block) ? <InlineEdit block={block} path={path} onChange={(fields) => blocks.change(block.id, fields)} /> : <BlockView block={block} look={look} />)}
      {worst && !isChosen && (
        <Tooltip title={worst.message}>
          <span style={{ position: "absolute", insetBlockStart: 6, insetInlineStart: 5, lineHeight: 1 }}>
            {worst.severity === "error"
              ? <CloseCircleFilled aria-label={worst.message} style={{ color: token.colorError }} />
              : <ExclamationCircleFilled aria-label={worst.message} style={{ color: token.colorWarning }} />}
          </span>
        </Tooltip>
      )}
    </div>
  );
}
