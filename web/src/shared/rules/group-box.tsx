import { Segmented } from "antd";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { AddLine } from "./add-line";
import { ConditionRow, OpaqueRow } from "./condition-row";
import type { DraftNode, GroupNode } from "./draft";
import { negate, setKind } from "./edit";
import { useEditor } from "./editor-context";
import { Handle, Negation, NodeMenu } from "./node-frame";
import { Remarks } from "./remarks";
import { Slot } from "./slot";
import { StepNumbers } from "./step-numbers";
import { useWords } from "./words";

/** Conditions that hold together, or one instead of the other. */
export function GroupBox({ node }: { node: GroupNode }) {
  const { t } = useTranslation("rules");
  const { apply, root, catalog } = useEditor();
  const words = useWords(catalog);
  const isRoot = node.id === root.id;
  const isSingle = node.children.length < 2;
  return (
    <div className={isRoot ? "rule-group rule-root" : `rule-group rule-${node.kind}`} role="group" aria-label={words(node)} data-node={node.id}>
      <div className="rule-head">
        {!isRoot && <Handle node={node} />}
        <Negation node={node} />
        {isRoot && <span>{t("group.lead")}</span>}
        <Segmented
          size="small"
          value={node.kind}
          aria-label={t("group.label")}
          options={(["all", "any"] as const).map((kind) => ({ value: kind, label: t(`group.${kind}`) }))}
          onChange={(kind) => apply((tree) => setKind(tree, node.id, kind), { focus: `${node.id} kind` })}
        />
        <span>{isRoot ? t("group.tail") : t("group.tailInner")}</span>
        {isRoot && node.children.length === 0 && <span className="rule-faint">{t(`group.${node.kind === "all" ? "everybody" : "nobody"}`)}</span>}
        {isRoot && node.negations === 0 && !isSingle && (
          <button type="button" className="rule-plain" onClick={() => apply((tree) => negate(tree, node.id))}>{t("group.invert")}</button>
        )}
        <span className="rule-space" />
        {!isRoot && <StepNumbers node={node} />}
        {!isRoot && <NodeMenu node={node} />}
      </div>
      <Remarks node={node} />
      <div className="rule-children">
        <Slot groupId={node.id} index={0} />
        {node.children.map((child, index) => (
          <Fragment key={child.id}>
            <NodeView node={child} />
            <Slot groupId={node.id} index={index + 1} {...(index + 1 < node.children.length ? { connector: node.kind } : {})} />
          </Fragment>
        ))}
      </div>
      <AddLine group={node} />
    </div>
  );
}

function NodeView({ node }: { node: DraftNode }) {
  switch (node.type) {
    case "group":
      return <GroupBox node={node} />;
    case "leaf":
      return <ConditionRow node={node} />;
    case "opaque":
      return <OpaqueRow node={node} />;
  }
}
