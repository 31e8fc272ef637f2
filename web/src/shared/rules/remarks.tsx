import { CloseCircleOutlined, InfoCircleOutlined, WarningOutlined } from "@ant-design/icons";
import { Button, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { DraftNode } from "./draft";
import { leafOf, findPlace } from "./draft";
import { insert, setLeaf } from "./edit";
import { useEditor } from "./editor-context";
import { getPart, isBlank, setPart } from "./parts";
import type { Leaf } from "./wire";

/** What is wrong or worth a second look in a condition or group, each with what to do about it. */
export function Remarks({ node }: { node: DraftNode }) {
  const { t } = useTranslation("rules");
  const { problems, notes, isStrict, apply } = useEditor();
  const wire = node.type === "group" ? null : node.wire;
  const mistakes = (problems.get(node.id) ?? []).filter((each) => isStrict || node.type === "group" || !isBlank(getPart(wire, each.part)));
  const remarks = notes.get(node.id) ?? [];
  const use = (part: string, suggestion: string) =>
    node.type === "leaf" && apply((root) => setLeaf(root, node.id, setPart(node.wire, part, suggestion)));
  return (
    <>
      {mistakes.map((each) => (
        <Typography.Text key={each.path + each.message} type="danger" className="rule-remark" role="alert">
          <CloseCircleOutlined /> {isBlank(getPart(wire, each.part)) && node.type === "leaf" ? t("blank") : [each.message, each.cure].filter(Boolean).join(" ")}
        </Typography.Text>
      ))}
      {remarks.map((each) => (
        <Typography.Text key={each.path + each.message} type="warning" className="rule-remark">
          <WarningOutlined /> {each.message}
          {each.suggestions.map((suggestion) => (
            <Button key={suggestion} type="link" size="small" aria-label={t("note.use", { name: suggestion })} onClick={() => use(each.part, suggestion)}>
              {suggestion}
            </Button>
          ))}
        </Typography.Text>
      ))}
      {node.type === "leaf" && <Missing node={node.wire} id={node.id} />}
    </>
  );
}

/** A condition that also holds for people of whom nothing is known says so, and how to leave them out. */
function Missing({ node: leaf, id }: { node: Leaf; id: string }) {
  const { t } = useTranslation("rules");
  const { catalog, root, apply, problems } = useEditor();
  if (problems.get(id)?.length) return null;
  if (leaf.kind === "event" && leaf.count && countsNobody(leaf.count))
    return <Hint text={t("missing.count")} />;
  const subject = leaf.kind === "trait" ? catalog.trait(leaf.trait) : leaf.kind === "tag" ? catalog.tag(leaf.tag) : undefined;
  if (!subject || (leaf.kind !== "trait" && leaf.kind !== "tag")) return null;
  const type = leaf.kind === "trait" ? catalog.trait(leaf.trait)?.type : catalog.tag(leaf.tag)?.value_type;
  const operator = catalog.operator(type ?? "text", leaf.op);
  const place = findPlace(root, id);
  if (!operator?.is_complement || operator.operand === "none" || !place || place.group.kind !== "all" || isKnownBeside(place.group.children, leaf)) return null;
  const name = "label" in subject ? (subject.label ?? subject.name) : subject.name;
  const known: Leaf = leaf.kind === "trait" ? { kind: "trait", trait: leaf.trait, op: "is_set" } : { kind: "tag", tag: leaf.tag, op: "is_set" };
  const leaveOut = () => apply((tree) => insert(tree, place.group.id, place.index + 1, leafOf(known)), { focus: id });
  return (
    <Hint text={t("missing.value", { name })}>
      <Button type="link" size="small" onClick={leaveOut}>{t("missing.leaveOut")}</Button>
    </Hint>
  );
}

function isKnownBeside(children: DraftNode[], leaf: Leaf): boolean {
  const key = leaf.kind === "trait" ? leaf.trait : leaf.kind === "tag" ? leaf.tag : "";
  return children.some(
    (child) => child.type === "leaf" && child.wire.kind === leaf.kind && "op" in child.wire && child.wire.op === "is_set" && (child.wire.kind === "trait" ? child.wire.trait : child.wire.kind === "tag" ? child.wire.tag : "") === key,
  );
}

/** Whether a number of 0 passes: then people who never did it are meant too. */
function countsNobody({ op, value }: { op: string; value?: unknown }): boolean {
  const [low, high] = Array.isArray(value) ? value : [value, value];
  if (typeof low !== "number") return false;
  switch (op) {
    case "is":
      return low === 0;
    case "is_not":
      return low !== 0;
    case "lt":
      return low > 0;
    case "lte":
      return true;
    case "between":
      return low <= 0 && typeof high === "number" && high >= 0;
    case "gte":
      return low <= 0;
    default:
      return false;
  }
}

function Hint({ text, children }: { text: string; children?: React.ReactNode }) {
  return (
    <Typography.Text type="secondary" className="rule-remark">
      <InfoCircleOutlined /> {text} {children}
    </Typography.Text>
  );
}

