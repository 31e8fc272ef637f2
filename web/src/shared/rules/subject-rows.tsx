import { Button, InputNumber, Select, Tooltip } from "antd";
import { ReloadOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { useFormats } from "../format";
import { forField, newSalt } from "./blank";
import { useChoices } from "./choices";
import { useEditor, type Mark } from "./editor-context";
import { FieldPick } from "./field-pick";
import { OperationInput } from "./operation-input";
import type { AudienceRule, Leaf, Operation, RandomRule, TagRule, TraitRule } from "./wire";

export interface RowProps<Part extends Leaf> {
  wire: Part;
  /** `typed` when the change is one of many while somebody types. */
  onChange: (next: Leaf, typed?: boolean) => void;
  mark: (part: string) => Mark;
}

/** What the profile says. */
export function TraitRow({ wire, onChange, mark }: RowProps<TraitRule>) {
  const { t } = useTranslation("rules");
  const { catalog } = useEditor();
  const choices = useChoices(catalog);
  const type = catalog.trait(wire.trait)?.type;
  const choose = (name: string) => {
    const { kind, trait: _trait, ...operation } = wire;
    onChange({ kind, trait: name, ...forField(operation, type, catalog.trait(name)?.type) });
  };
  return (
    <>
      <FieldPick value={wire.trait} groups={[choices.traits()]} label={t("subject.trait")} mark={mark("trait")} onChoose={choose} />
      <OperationInput
        operation={wire}
        type={type ?? "text"}
        source={{ kind: "trait", name: wire.trait }}
        catalog={catalog}
        mark={mark}
        onChange={(next, typed) => onChange({ kind: "trait", trait: wire.trait, ...next }, typed)}
      />
    </>
  );
}

/** The value of a tag. */
export function TagRow({ wire, onChange, mark }: RowProps<TagRule>) {
  const { t } = useTranslation("rules");
  const { catalog } = useEditor();
  const choices = useChoices(catalog);
  const type = catalog.tag(wire.tag)?.value_type;
  const write = (tag: string, { unit: _unit, ...operation }: Operation, typed?: boolean) => onChange({ kind: "tag", tag, ...operation }, typed);
  const choose = (id: string) => {
    const { kind: _kind, tag: _tag, ...operation } = wire;
    write(id, forField(operation, type, catalog.tag(id)?.value_type));
  };
  return (
    <>
      <FieldPick value={wire.tag} groups={[choices.tags()]} label={t("subject.tag")} mark={mark("tag")} onChoose={choose} />
      <OperationInput
        operation={wire}
        type={type ?? "text"}
        source={{ kind: "tag", id: wire.tag }}
        catalog={catalog}
        mark={mark}
        onChange={(next, typed) => write(wire.tag, next, typed)}
      />
    </>
  );
}

/** In an audience or not. */
export function AudienceRow({ wire, onChange, mark }: RowProps<AudienceRule>) {
  const { t } = useTranslation("rules");
  const { catalog } = useEditor();
  const choices = useChoices(catalog);
  return (
    <>
      <Select
        value={wire.op ?? "in"}
        aria-label={t("operator")}
        options={(["in", "not_in"] as const).map((op) => ({ value: op, label: t(`audience.${op}`) }))}
        popupMatchSelectWidth={false}
        onChange={(op) => onChange({ ...wire, op })}
      />
      <FieldPick
        value={wire.audience}
        groups={[choices.audiences()]}
        label={t("subject.audience")}
        mark={mark("audience")}
        minWidth={180}
        onChoose={(audience) => onChange({ ...wire, audience })}
      />
    </>
  );
}

/** A stable share of people. */
export function RandomRow({ wire, onChange, mark }: RowProps<RandomRule>) {
  const { t } = useTranslation("rules");
  const formats = useFormats();
  const percent = (part: "from_percent" | "to_percent") => {
    const status = mark(part);
    return (
      <InputNumber
        value={wire[part]}
        aria-label={t(`random.${part}`)}
        className="rule-value"
        controls={false}
        min={0}
        max={100}
        style={{ width: 72 }}
        suffix="%"
        {...(status ? { status } : {})}
        onChange={(next) => onChange({ ...wire, [part]: next ?? 0 }, true)}
      />
    );
  };
  return (
    <>
      <span>{t("random.lead")}</span>
      {percent("from_percent")}
      <span>{t("value.to")}</span>
      {percent("to_percent")}
      <span className="rule-faint">{t("random.share", { share: formats.percent(Math.max(0, wire.to_percent - wire.from_percent) / 100) })}</span>
      <Tooltip title={t("random.again")}>
        <Button type="text" size="small" icon={<ReloadOutlined />} aria-label={t("random.again")} onClick={() => onChange({ ...wire, salt: newSalt() })} />
      </Tooltip>
      <span className="rule-faint mono">{t("random.draw", { salt: wire.salt })}</span>
    </>
  );
}
