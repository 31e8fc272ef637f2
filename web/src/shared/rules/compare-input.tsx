import { InputNumber, Select, Space } from "antd";
import { useTranslation } from "react-i18next";
import type { RuleCatalog } from "./catalog";
import type { Mark } from "./editor-context";
import type { Compare, CompareOp } from "./wire";

interface Props {
  value: Compare | null;
  catalog: RuleCatalog;
  onChange: (value: Compare | null) => void;
  /** What stands for no comparison at all. */
  none?: string;
  mark?: Mark;
  /** Whole numbers from 0. */
  isCount?: boolean;
}

/** A comparison with a number: at least 3, between 1 and 5. */
export function CompareInput({ value, catalog, onChange, none, mark, isCount }: Props) {
  const { t } = useTranslation("rules");
  const ops = catalog.vocabulary.comparisons;
  const options = ops.map((each) => ({ value: each.op, label: t(`compare.${each.op as CompareOp}`) }));
  const status = mark ? { status: mark } : {};
  const choose = (op: string) => {
    if (op === "none") return onChange(null);
    const numbers = Array.isArray(value?.value) ? value.value : [value?.value ?? (none ? 2 : null)];
    const isTwo = ops.find((each) => each.op === op)?.operand === "two";
    const first = numbers[0] ?? undefined;
    onChange({ op: op as CompareOp, ...(isTwo ? { value: [first ?? null, numbers[1] ?? null] } : first === undefined ? {} : { value: first }) });
  };
  return (
    <>
      <Select
        value={value ? value.op : "none"}
        aria-label={t("compare.label")}
        options={none ? [{ value: "none", label: none }, ...options] : options}
        onChange={choose}
        popupMatchSelectWidth={false}
        listHeight={320}
        {...status}
      />
      {value && <NumbersInput value={value.value} isTwo={value.op === "between"} isCount={isCount} mark={mark} onChange={(next) => onChange(withNumber(value.op, next))} />}
    </>
  );
}

const withNumber = (op: CompareOp, value: Compare["value"]): Compare => (value === undefined ? { op } : { op, value });

interface NumbersProps {
  value: Compare["value"];
  isTwo: boolean;
  onChange: (value: Compare["value"]) => void;
  mark?: Mark;
  isCount?: boolean | undefined;
}

/** A number, or two. */
export function NumbersInput({ value, isTwo, onChange, mark, isCount }: NumbersProps) {
  const { t } = useTranslation("rules");
  const common = {
    controls: false, style: { width: isCount ? 58 : 92 }, className: "rule-value", placeholder: t("value.number"), ...(isCount ? { min: 0, precision: 0 } : {}),
    ...(mark ? { status: mark } : {}),
  } as const;
  if (!isTwo) {
    const number = Array.isArray(value) ? value[0] : value;
    return <InputNumber {...common} value={number ?? null} aria-label={t("value.number")} onChange={(next) => onChange(next ?? undefined)} />;
  }
  const [low = null, high = null] = Array.isArray(value) ? value : [value ?? null];
  return (
    <Space size={4}>
      <InputNumber {...common} value={low} aria-label={t("value.low")} onChange={(next) => onChange([next, high])} />
      <span>{t("value.and")}</span>
      <InputNumber {...common} value={high} aria-label={t("value.high")} onChange={(next) => onChange([low, next])} />
    </Space>
  );
}
