import { Button, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import { withOperator } from "./blank";
import type { RuleCatalog } from "./catalog";
import type { ValueSource } from "./completion";
import type { Mark } from "./editor-context";
import { OperatorPick } from "./operator-pick";
import { ValueInput } from "./value-input";
import type { Operation } from "./wire";

interface Props {
  operation: Operation;
  /** The type that the operators are those of. */
  type: string;
  source: ValueSource | null;
  catalog: RuleCatalog;
  /** The whole operation. `typed` when the change is one of many while somebody types. */
  onChange: (next: Operation, typed?: boolean) => void;
  mark: (part: string) => Mark;
}

/** An operator with what stands beside it. */
export function OperationInput({ operation, type, source, catalog, onChange, mark }: Props) {
  const { t } = useTranslation("rules");
  const operator = catalog.operator(type, operation.op);
  const merge = (next: Partial<Operation>, typed?: boolean) => onChange(compact({ ...operation, ...next }), typed);
  const choose = (op: string) => {
    const after = catalog.operator(type, op);
    if (after) onChange(withOperator(operation, operator, after));
  };
  return (
    <>
      <OperatorPick op={operation.op} type={type} catalog={catalog} onChange={choose} mark={mark("op")} />
      {operator && <ValueInput operation={operation} operator={operator} source={source} catalog={catalog} onChange={merge} mark={mark} />}
      {operator?.takes_ignore_case && (
        <Tooltip title={t("ignoreCase")}>
          <Button
            type="text"
            size="small"
            aria-label={t("ignoreCase")}
            aria-pressed={operation.ignore_case ?? false}
            className={operation.ignore_case ? "rule-toggle rule-toggle-on" : "rule-toggle"}
            onClick={() => merge({ ignore_case: operation.ignore_case ? undefined : true })}
          >
            {t("ignoreCaseSign")}
          </Button>
        </Tooltip>
      )}
    </>
  );
}

const KEYS = ["op", "value", "unit", "ignore_case"] as const;

/** Without keys that have no value: what is absent means the default. */
function compact(operation: Operation): Operation {
  return Object.fromEntries(KEYS.filter((key) => operation[key] !== undefined).map((key) => [key, operation[key]])) as unknown as Operation;
}
