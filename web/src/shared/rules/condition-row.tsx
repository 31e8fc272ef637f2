import { Typography } from "antd";
import { QuestionCircleOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import type { LeafNode, OpaqueNode } from "./draft";
import { setLeaf } from "./edit";
import { useEditor, useMarks } from "./editor-context";
import { EventRow } from "./event-row";
import { AddFilter, Filters } from "./filters";
import { Handle, Negation, NodeMenu } from "./node-frame";
import { Remarks } from "./remarks";
import { OperationLine, WindowLine } from "./span-line";
import { StepNumbers } from "./step-numbers";
import { AudienceRow, RandomRow, TagRow, TraitRow } from "./subject-rows";
import type { EventLeaf, Leaf } from "./wire";
import { useWords } from "./words";

/** One condition as a sentence of small controls. */
export function ConditionRow({ node }: { node: LeafNode }) {
  const { catalog, apply } = useEditor();
  const words = useWords(catalog);
  const mark = useMarks(node);
  const { wire } = node;
  const onChange = (next: Leaf, typed = false) => apply((root) => setLeaf(root, node.id, next), typed ? { control: node.id } : {});
  return (
    <div className="rule-row" role="group" aria-label={words(node)} data-node={node.id}>
      <Handle node={node} />
      <div className="rule-body">
        <div className="rule-sentence">
          <Negation node={node} />
          <Controls wire={wire} onChange={onChange} mark={mark} />
          {isEventLeaf(wire) && !isRelative(wire) && <AddFilter wire={wire} onChange={onChange} />}
        </div>
        {isEventLeaf(wire) && <Filters wire={wire} onChange={onChange} mark={mark} />}
        <div className="rule-line">
          <TimeLine wire={wire} />
          {isEventLeaf(wire) && isRelative(wire) && <AddFilter wire={wire} onChange={onChange} />}
        </div>
        <Remarks node={node} />
      </div>
      <StepNumbers node={node} />
      <NodeMenu node={node} />
    </div>
  );
}

function Controls({ wire, onChange, mark }: { wire: Leaf; onChange: (next: Leaf, typed?: boolean) => void; mark: ReturnType<typeof useMarks> }) {
  switch (wire.kind) {
    case "trait":
      return <TraitRow wire={wire} onChange={onChange} mark={mark} />;
    case "tag":
      return <TagRow wire={wire} onChange={onChange} mark={mark} />;
    case "audience":
      return <AudienceRow wire={wire} onChange={onChange} mark={mark} />;
    case "random":
      return <RandomRow wire={wire} onChange={onChange} mark={mark} />;
    default:
      return <EventRow wire={wire} onChange={onChange} mark={mark} />;
  }
}

/** Which days are meant, under what says it relative to now. */
function TimeLine({ wire }: { wire: Leaf }) {
  const { catalog } = useEditor();
  switch (wire.kind) {
    case "event":
    case "event_aggregate":
      return <WindowLine window={wire.window} />;
    case "regular":
      return <WindowLine window={{ kind: "last", value: wire.periods, unit: wire.unit }} />;
    case "first_time":
    case "last_time":
      return <OperationLine operation={wire} type="datetime" />;
    case "trait":
      return <OperationLine operation={wire} type={catalog.trait(wire.trait)?.type ?? "text"} />;
    default:
      return null;
  }
}

/** Whether a line below says which days are meant. */
const isRelative = (leaf: EventLeaf) => ("window" in leaf ? leaf.window?.kind === "last" || leaf.window?.kind === "ago" : "unit" in leaf);

const isEventLeaf = (leaf: Leaf): leaf is EventLeaf => "event" in leaf;

/** Something that this page does not know: shown as it is. */
export function OpaqueRow({ node }: { node: OpaqueNode }) {
  const { t } = useTranslation("rules");
  return (
    <div className="rule-row" role="group" aria-label={t("opaque.title")} data-node={node.id}>
      <Handle node={node} />
      <div className="rule-body">
        <div className="rule-sentence">
          <span aria-hidden className="rule-icon"><QuestionCircleOutlined /></span>
          <Negation node={node} />
          <span>{t("opaque.title")}</span>
          <Typography.Text type="secondary">{t("opaque.hint")}</Typography.Text>
        </div>
        <Typography.Text code style={{ fontSize: 12 }}>{JSON.stringify(node.wire)}</Typography.Text>
        <Remarks node={node} />
      </div>
      <StepNumbers node={node} />
      <NodeMenu node={node} />
    </div>
  );
}
