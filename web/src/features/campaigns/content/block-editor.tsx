import { Flex, Segmented } from "antd";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Panel } from "@shared/ui/panel";
import { BlockSettings } from "./canvas/block-settings";
import { Canvas } from "./canvas/canvas";
import { Dragging } from "./canvas/dragging";
import { Palette } from "./canvas/palette";
import { ThemeSettings } from "./canvas/theme-settings";
import { useBlocks } from "./canvas/use-blocks";
import { useEditing } from "./editing-context";
import type { Block, Theme } from "./model/block";
import { atPath, pathOf } from "./model/tree";

type Tab = "block" | "look";

interface Props {
  blocks: readonly Block[];
  onChange: (change: (blocks: readonly Block[]) => Block[], key?: string) => void;
  look: Theme;
  onLook: (fields: Partial<Theme>) => void;
  /** Lays out the side and the canvas, with what belongs above it. */
  children: (side: ReactNode, canvas: ReactNode) => ReactNode;
}

/** The blocks of a message: to choose from, on the canvas, and the settings of the chosen one. */
export function BlockEditor({ blocks: all, onChange, look, onLook, children }: Props) {
  const { t } = useTranslation("campaigns");
  const { target, undo } = useEditing();
  const blocks = useBlocks({ blocks: all, onChange, undo });
  const [chosen, setChosen] = useState<{ block: string | undefined; tab: Tab } | null>(null);
  const [shown, setShown] = useState(target);
  const { selected } = blocks;
  // Whoever chooses another block wants to see its settings; without one, those of all blocks.
  const tab = chosen && chosen.block === selected?.id ? chosen.tab : selected ? "block" : "look";
  const setTab = (next: Tab) => setChosen({ block: selected?.id, tab: next });
  if (target !== shown) {
    setShown(target);
    const found = target && atPath(all, target.path);
    if (found) {
      blocks.select(found.block.id);
      setChosen(null);
    } else if (target?.path.startsWith("theme")) setTab("look");
  }

  const settings = selected ? (
    <BlockSettings key={selected.id} block={selected} path={pathOf(all, selected.id) ?? ""} look={look} onChange={(fields) => blocks.change(selected.id, fields)} />
  ) : (
    <span>{t("settings.none")}</span>
  );
  const side = (
    <Flex vertical gap={12}>
      <Palette onAdd={blocks.add} />
      <Panel
        title={
          <Segmented
            size="small"
            aria-label={t("settings.title")}
            value={tab}
            options={[{ value: "block", label: selected ? t(`block.${selected.kind}`) : t("settings.block") }, { value: "look", label: t("look.title") }]}
            onChange={setTab}
          />
        }
      >
        {tab === "block" ? settings : <ThemeSettings look={look} onChange={onLook} />}
      </Panel>
    </Flex>
  );
  return <Dragging blocks={blocks}>{children(side, <Canvas blocks={blocks} look={look} />)}</Dragging>;
}
