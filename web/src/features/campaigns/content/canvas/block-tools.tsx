import { ArrowDownOutlined, ArrowUpOutlined, CopyOutlined, DeleteOutlined, HolderOutlined } from "@ant-design/icons";
import type { DraggableAttributes, DraggableSyntheticListeners } from "@dnd-kit/core";
import { Button, Flex, Tooltip, theme } from "antd";
import { useTranslation } from "react-i18next";
import type { Block } from "../model/block";
import type { Blocks } from "./use-blocks";

interface Props {
  block: Block;
  blocks: Blocks;
  /** Makes its button the one that the block is dragged by. */
  setHandle: (element: HTMLElement | null) => void;
  attributes: DraggableAttributes;
  listeners: DraggableSyntheticListeners;
}

/** What can be done with the chosen block. */
export function BlockTools({ block, blocks, setHandle, attributes, listeners }: Props) {
  const { t } = useTranslation("campaigns");
  const { token } = theme.useToken();
  const kind = t(`block.${block.kind}`);
  const tools = [
    { key: "up", icon: <ArrowUpOutlined />, act: () => blocks.step(block.id, -1) },
    { key: "down", icon: <ArrowDownOutlined />, act: () => blocks.step(block.id, 1) },
    { key: "copy", icon: <CopyOutlined />, act: () => blocks.duplicate(block.id) },
    { key: "remove", icon: <DeleteOutlined />, act: () => blocks.remove(block.id) },
  ] as const;
  return (
    <Flex
      role="toolbar"
      aria-label={t("block.tools", { kind })}
      style={{ position: "absolute", top: -15, insetInlineEnd: 8, zIndex: 4, background: token.colorBgElevated, color: token.colorText, border: `1px solid ${token.colorPrimary}`, borderRadius: token.borderRadius, boxShadow: token.boxShadowTertiary }}
    >
      <Tooltip title={t("block.drag")}>
        <Button ref={setHandle} size="small" type="text" icon={<HolderOutlined />} {...attributes} {...listeners} aria-label={t("block.dragOne", { kind })} style={{ cursor: "grab", touchAction: "none" }} />
      </Tooltip>
      {tools.map((tool) => (
        <Tooltip key={tool.key} title={t(`block.do.${tool.key}`)}>
          <Button size="small" type="text" icon={tool.icon} aria-label={t(`block.do.${tool.key}`)} onClick={tool.act} />
        </Tooltip>
      ))}
    </Flex>
  );
}
