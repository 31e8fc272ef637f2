import { FolderAddOutlined, PlusOutlined, SnippetsOutlined } from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { type Subject, newLeaf } from "./blank";
import { useChoices } from "./choices";
import { type GroupNode, copyOf, groupOf, leafOf } from "./draft";
import { append } from "./edit";
import { useEditor } from "./editor-context";
import { FieldPick } from "./field-pick";
import { useWords } from "./words";

/** Below the conditions of a group: one more condition, a group, what was copied. */
export function AddLine({ group }: { group: GroupNode }) {
  const { t } = useTranslation("rules");
  const { catalog, apply, clip } = useEditor();
  const choices = useChoices(catalog);
  const words = useWords(catalog);
  const add = (value: string) => {
    const leaf = leafOf(newLeaf(subjectOf(value), catalog));
    apply((root) => append(root, group.id, leaf), { focus: `${leaf.id} value` });
  };
  const addGroup = () => {
    const inner = groupOf(group.kind === "all" ? "any" : "all", []);
    apply((root) => append(root, group.id, inner), { focus: `${inner.id} add` });
  };
  const paste = () => {
    if (!clip) return;
    const fresh = copyOf(clip);
    apply((root) => append(root, group.id, fresh), { focus: fresh.id });
  };
  return (
    <div className="rule-add">
      <FieldPick
        value={null}
        groups={choices.subjects()}
        label={t("add.condition")}
        prefix={<PlusOutlined />}
        minWidth={190}
        onChoose={add}
      />
      <Button type="text" icon={<FolderAddOutlined />} onClick={addGroup}>{t("add.group")}</Button>
      {clip && (
        <Tooltip title={words(clip)}>
          <Button type="text" icon={<SnippetsOutlined />} onClick={paste}>{t("add.paste")}</Button>
        </Tooltip>
      )}
    </div>
  );
}

function subjectOf(value: string): Subject {
  const [kind, ...rest] = value.split(":");
  const name = rest.join(":");
  switch (kind) {
    case "event":
    case "trait":
      return { kind, name };
    case "tag":
    case "audience":
      return { kind, id: name };
    default:
      return { kind: "random" };
  }
}
