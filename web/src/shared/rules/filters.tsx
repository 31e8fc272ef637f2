import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Select, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { forField, usual } from "./blank";
import { useChoices } from "./choices";
import { useEditor } from "./editor-context";
import { FieldPick } from "./field-pick";
import { OperationInput } from "./operation-input";
import { OperationLine } from "./span-line";
import type { RowProps } from "./subject-rows";
import type { EventLeaf, PropertyFilter } from "./wire";

/** Which of the events count, by what they carry. */
export function Filters({ wire, onChange, mark }: RowProps<EventLeaf>) {
  const { t } = useTranslation("rules");
  const { catalog } = useEditor();
  const choices = useChoices(catalog);
  const filters = wire.where ?? [];
  const write = (where: PropertyFilter[], typed?: boolean) => {
    const { where: _before, match, ...rest } = wire;
    onChange({ ...rest, ...(where.length ? { where } : {}), ...(match && where.length > 1 ? { match } : {}) } as EventLeaf, typed);
  };
  const set = (index: number, filter: PropertyFilter, typed?: boolean) =>
    onChange({ ...wire, where: filters.map((each, at) => (at === index ? filter : each)) } as EventLeaf, typed);
  const typeOf = (name: string) => catalog.property(wire.event, name)?.type;

  return filters.map((filter, index) => (
    // Filters have no identity of their own, and their controls hold nothing that the filter does not.
    <div key={index} className="rule-filter" role="group" aria-label={t("filter.numbered", { number: index + 1 })}>
      {index === 1 ? (
        <Select
          size="small"
          variant="borderless"
          value={wire.match ?? "all"}
          aria-label={t("filter.match")}
          options={(["all", "any"] as const).map((match) => ({ value: match, label: t(`connector.${match}`) }))}
          popupMatchSelectWidth={false}
          onChange={(match) => onChange({ ...wire, match } as EventLeaf)}
        />
      ) : (
        <span className="rule-faint rule-filter-lead">{index === 0 ? t("filter.where") : t(`connector.${wire.match ?? "all"}`)}</span>
      )}
      <FieldPick
        value={filter.property}
        groups={[choices.properties(wire.event)]}
        label={t("subject.property")}
        mark={mark(`where[${index}].property`)}
        onChoose={(property) => {
          const { property: _property, ...operation } = filter;
          set(index, { property, ...(filter.property ? forField(operation, typeOf(filter.property), typeOf(property)) : usual(typeOf(property))) });
        }}
      />
      {filter.property && (
        <OperationInput
          operation={filter}
          type={typeOf(filter.property) ?? "text"}
          source={{ kind: "property", event: wire.event, name: filter.property }}
          catalog={catalog}
          mark={(part) => mark(`where[${index}].${part}`)}
          onChange={(next, typed) => set(index, { property: filter.property, ...next }, typed)}
        />
      )}
      <Tooltip title={t("filter.remove")}>
        <Button type="text" size="small" icon={<CloseOutlined />} aria-label={t("filter.remove")} onClick={() => write(filters.filter((_, at) => at !== index))} />
      </Tooltip>
      <OperationLine operation={filter} type={typeOf(filter.property) ?? "text"} />
    </div>
  ));
}

/** Starts another filter. */
export function AddFilter({ wire, onChange }: Pick<RowProps<EventLeaf>, "wire" | "onChange">) {
  const { t } = useTranslation("rules");
  const add = () => onChange({ ...wire, where: [...(wire.where ?? []), { property: "", op: "is" }] } as EventLeaf);
  return (
    <Button type="text" size="small" className="rule-add-filter" icon={<PlusOutlined />} disabled={!wire.event} onClick={add}>
      {t("filter.add")}
    </Button>
  );
}
