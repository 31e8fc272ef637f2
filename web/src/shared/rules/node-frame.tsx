import { DeleteOutlined, HolderOutlined, MoreOutlined } from "@ant-design/icons";
import { useDraggable } from "@dnd-kit/core";
import { Button, Dropdown, type MenuProps, Tooltip } from "antd";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { type DraftNode, copyOf, findPlace } from "./draft";
import { duplicate, insert, negate, remove, step, ungroup, wrap } from "./edit";
import { useEditor } from "./editor-context";
import { useWords } from "./words";

const KEYS = { duplicate: "Ctrl+D", copy: "Ctrl+C", paste: "Ctrl+V", up: "Alt+↑", down: "Alt+↓" }; // as they stand on the keyboard

/** Everything that can be done with a node as a whole. */
function useNodeActions(node: DraftNode) {
  const { root, apply, copy, clip } = useEditor();
  const place = findPlace(root, node.id);
  const neighbour = place?.group.children[place.index + 1] ?? place?.group.children[place.index - 1];
  return {
    isRoot: !place,
    clip,
    copy: () => copy(node),
    paste: () => {
      if (!clip || !place) return;
      const fresh = copyOf(clip);
      apply((tree) => insert(tree, place.group.id, place.index + 1, fresh), { focus: fresh.id });
    },
    duplicate: () => apply((tree) => duplicate(tree, node.id), { focus: node.id }),
    negate: () => apply((tree) => negate(tree, node.id), { focus: node.id }),
    wrap: () => apply((tree) => wrap(tree, node.id), { focus: node.id }),
    ungroup: () => apply((tree) => ungroup(tree, node.id), neighbour ? { focus: neighbour.id } : {}),
    step: (direction: -1 | 1) => apply((tree) => step(tree, node.id, direction), { focus: node.id }),
    remove: () => apply((tree) => remove(tree, node.id), { focus: neighbour?.id ?? root.id }),
  };
}

/** Where a node is held to be moved; the keys for everything else work here too. */
export function Handle({ node }: { node: DraftNode }) {
  const { t } = useTranslation("rules");
  const { catalog } = useEditor();
  const words = useWords(catalog);
  const actions = useNodeActions(node);
  const { attributes, listeners, setNodeRef, setActivatorNodeRef, isDragging } = useDraggable({ id: node.id });
  const onKeyDown = (event: KeyboardEvent) => {
    const action = actionOfKey(event, actions);
    if (!action) return listeners?.onKeyDown?.(event);
    event.preventDefault();
    event.stopPropagation();
    action();
  };
  return (
    <Tooltip title={t("node.handleHint")} mouseEnterDelay={0.8}>
      <Button
        {...attributes}
        {...listeners}
        ref={(element) => {
          setNodeRef(element);
          setActivatorNodeRef(element);
        }}
        type="text"
        size="small"
        className="rule-handle"
        data-dragging={isDragging || undefined}
        icon={<HolderOutlined />}
        aria-label={t("node.handle", { words: words(node) })}
        onKeyDown={onKeyDown}
      />
    </Tooltip>
  );
}

function actionOfKey(event: KeyboardEvent, actions: ReturnType<typeof useNodeActions>): (() => void) | undefined {
  const isCommand = event.ctrlKey || event.metaKey;
  if (event.altKey && event.key === "ArrowUp") return () => actions.step(-1);
  if (event.altKey && event.key === "ArrowDown") return () => actions.step(1);
  if (event.key === "Delete" || event.key === "Backspace") return actions.remove;
  if (isCommand && event.key === "d") return actions.duplicate;
  if (isCommand && event.key === "c") return actions.copy;
  if (isCommand && event.key === "v") return actions.paste;
  return undefined;
}

/** Delete, and a menu with the rest. */
export function NodeMenu({ node }: { node: DraftNode }) {
  const { t } = useTranslation("rules");
  const { catalog } = useEditor();
  const words = useWords(catalog);
  const actions = useNodeActions(node);
  const isGroup = node.type === "group";
  const items: MenuProps["items"] = [
    { key: "duplicate", label: t("node.duplicate"), extra: KEYS.duplicate, onClick: actions.duplicate },
    { key: "negate", label: node.negations ? t("node.unnegate") : t("node.negate"), onClick: actions.negate },
    { key: "wrap", label: t("node.wrap"), onClick: actions.wrap },
    ...(isGroup ? [{ key: "ungroup", label: t("node.ungroup"), onClick: actions.ungroup }] : []),
    { type: "divider" },
    { key: "copy", label: t("node.copy"), extra: KEYS.copy, onClick: actions.copy },
    { key: "paste", label: t("node.paste"), extra: KEYS.paste, disabled: !actions.clip, onClick: actions.paste },
    { type: "divider" },
    { key: "up", label: t("node.up"), extra: KEYS.up, onClick: () => actions.step(-1) },
    { key: "down", label: t("node.down"), extra: KEYS.down, onClick: () => actions.step(1) },
  ];
  const name = words(node);
  return (
    <div className="rule-actions">
      <Tooltip title={t("node.remove")}>
        <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("node.removeNamed", { words: name })} onClick={actions.remove} />
      </Tooltip>
      <Dropdown menu={{ items }} trigger={["click"]} placement="bottomRight">
        <Button type="text" size="small" icon={<MoreOutlined />} aria-label={t("node.more", { words: name })} />
      </Dropdown>
    </div>
  );
}

/** The `not` before a node; a click takes it away. */
export function Negation({ node }: { node: DraftNode }) {
  const { t } = useTranslation("rules");
  const actions = useNodeActions(node);
  if (!node.negations) return null;
  return (
    <Tooltip title={t("node.unnegate")}>
      <Button size="small" danger className="rule-not" onClick={actions.negate}>
        {Array.from({ length: node.negations }, () => t("node.not")).join(" ")}
      </Button>
    </Tooltip>
  );
}
