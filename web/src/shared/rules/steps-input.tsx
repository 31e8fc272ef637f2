import { InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { RuleCatalog } from "./catalog";
import type { Mark } from "./editor-context";
import type { Unit } from "./wire";

interface NumberProps {
  value: number | undefined;
  onChange: (value: number | undefined) => void;
  least: number;
  most: number;
  label: string;
  mark?: Mark;
}

/** So many steps of time. */
export function StepsNumber({ value, onChange, least, most, label, mark }: NumberProps) {
  return (
    <InputNumber
      value={value ?? null}
      aria-label={label}
      className="rule-value"
      controls={false}
      min={least}
      max={most}
      precision={0}
      style={{ width: 58 }}
      {...(mark ? { status: mark } : {})}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}

interface UnitProps {
  value: Unit | null | undefined;
  units: readonly string[];
  onChange: (unit: Unit) => void;
  mark?: Mark;
}

export function UnitPick({ value, units, onChange, mark }: UnitProps) {
  const { t } = useTranslation("rules");
  return (
    <Select
      value={value ?? null}
      aria-label={t("unit.label")}
      options={units.map((unit) => ({ value: unit as Unit, label: t(`unit.${unit as Unit}`) }))}
      onChange={onChange}
      popupMatchSelectWidth={false}
      {...(mark ? { status: mark } : {})}
    />
  );
}

export const unitsOf = (catalog: RuleCatalog) => catalog.vocabulary.units.map((each) => each.unit);
