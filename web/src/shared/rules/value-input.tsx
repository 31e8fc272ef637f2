import { AutoComplete, Input, Select, Space } from "antd";
import { useTranslation } from "react-i18next";
import type { OperatorInfo, RuleCatalog } from "./catalog";
import { CompareInput, NumbersInput } from "./compare-input";
import type { ValueSource } from "./completion";
import type { Mark } from "./editor-context";
import { ManyInput } from "./many-input";
import { MomentInput } from "./moment-input";
import { StepsNumber, UnitPick } from "./steps-input";
import type { Compare, Operation, Value } from "./wire";
import { useValueOptions } from "./value-options";

interface Props {
  operation: Operation;
  operator: OperatorInfo;
  source: ValueSource | null;
  catalog: RuleCatalog;
  /** `typed` when the change is one of many while somebody types. */
  onChange: (next: Partial<Operation>, typed?: boolean) => void;
  mark: (part: "value" | "unit") => Mark;
}

/** What stands beside an operator: nothing, a text, numbers, dates, steps of time, a comparison. */
export function ValueInput({ operation, operator, source, catalog, onChange, mark }: Props) {
  const { t } = useTranslation("rules");
  const { value } = operation;
  const status = mark("value");
  const change = (next: Value | undefined, typed = false) => onChange({ value: next }, typed);

  switch (operator.operand) {
    case "none":
      return null;
    case "steps":
      return (
        <Space size={4}>
          <StepsNumber
            value={typeof value === "number" ? value : undefined}
            label={t("value.steps")}
            least={operator.least ?? 1}
            most={catalog.most(operation.unit ?? "days")}
            mark={status}
            onChange={(next) => change(next, true)}
          />
          <UnitPick value={operation.unit} units={operator.units} mark={mark("unit")} onChange={(unit) => onChange({ unit })} />
        </Space>
      );
    case "compare":
      return <CompareInput value={asCompare(value)} catalog={catalog} isCount mark={status} onChange={(next) => change(next ?? undefined, true)} />;
    case "many":
      return <ManyInput value={value} isNumber={operator.constant === "number"} source={source} mark={status} onChange={change} />;
    default:
      return <Constant operator={operator} value={value} source={source} mark={status} onChange={change} />;
  }
}

const asCompare = (value: unknown): Compare => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Compare) : { op: "gte" });

interface ConstantProps {
  operator: OperatorInfo;
  value: Value | undefined;
  source: ValueSource | null;
  mark: Mark;
  onChange: (value: Value | undefined, typed?: boolean) => void;
}

/** One constant, or two. */
function Constant({ operator, value, source, mark, onChange }: ConstantProps) {
  const { t } = useTranslation("rules");
  const isTwo = operator.operand === "two";
  switch (operator.constant) {
    case "number":
    case "integer":
    case "count":
      return <NumbersInput value={asNumbers(value)} isTwo={isTwo} mark={mark} onChange={(next) => onChange(next, true)} />;
    case "boolean":
      return (
        <Select
          value={typeof value === "boolean" ? value : null}
          aria-label={t("value.label")}
          placeholder={t("value.choose")}
          className="rule-value"
          options={[
            { value: true, label: t("value.true") },
            { value: false, label: t("value.false") },
          ]}
          onChange={(next) => onChange(next ?? undefined)}
          {...(mark ? { status: mark } : {})}
        />
      );
    case "date":
    case "moment":
      return <Moments isTwo={isTwo} value={value} mayHaveTime={operator.constant === "moment"} mark={mark} onChange={onChange} />;
    default:
      return <TextInput value={typeof value === "string" ? value : ""} source={source} mark={mark} onChange={(next) => onChange(next, true)} />;
  }
}

function asNumbers(value: Value | undefined): Compare["value"] {
  if (typeof value === "number") return value;
  return Array.isArray(value) ? value.map((each) => (typeof each === "number" ? each : null)) : undefined;
}

const asText = (value: unknown) => (typeof value === "string" ? value : undefined);

interface MomentsProps extends Omit<ConstantProps, "operator" | "source"> {
  isTwo: boolean;
  mayHaveTime: boolean;
}

function Moments({ isTwo, value, mayHaveTime, mark, onChange }: MomentsProps) {
  const { t } = useTranslation("rules");
  if (!isTwo)
    return <MomentInput value={asText(Array.isArray(value) ? value[0] : value)} label={t("value.date")} mayHaveTime={mayHaveTime} mark={mark} onChange={onChange} />;
  const [from, to] = Array.isArray(value) ? value : [value, null];
  return (
    <Space size={4} wrap>
      <MomentInput value={asText(from)} label={t("value.from")} mayHaveTime={mayHaveTime} mark={mark} onChange={(next) => onChange([next ?? null, asText(to) ?? null])} />
      <span>{t("value.to")}</span>
      <MomentInput value={asText(to)} label={t("value.until")} mayHaveTime={mayHaveTime} mark={mark} onChange={(next) => onChange([asText(from) ?? null, next ?? null])} />
    </Space>
  );
}

interface TextProps {
  value: string;
  source: ValueSource | null;
  mark: Mark;
  onChange: (value: string) => void;
}

/** A text, with what people have to choose from. */
function TextInput({ value, source, mark, onChange }: TextProps) {
  const { t } = useTranslation("rules");
  const { options, setOpen, isHidden } = useValueOptions(source, value);
  return (
    <AutoComplete
      value={value}
      options={options}
      onChange={onChange}
      onOpenChange={setOpen}
      popupMatchSelectWidth={280}
      className="rule-value"
      style={{ width: 180 }}
      {...(mark ? { status: mark } : {})}
    >
      <Input aria-label={t("value.label")} placeholder={isHidden ? t("value.hidden") : t("value.text")} maxLength={1_000} />
    </AutoComplete>
  );
}
