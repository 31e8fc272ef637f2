import { Select } from "antd";
import { useTranslation } from "react-i18next";
import type { RuleCatalog } from "./catalog";
import type { Mark } from "./editor-context";

interface Props {
  op: string;
  type: string;
  catalog: RuleCatalog;
  onChange: (op: string) => void;
  mark?: Mark;
}

/** The operators that the type has. */
export function OperatorPick({ op, type, catalog, onChange, mark }: Props) {
  const { t } = useTranslation("rules");
  const word = useOperatorWord();
  const operators = catalog.operators(type);
  return (
    <Select
      value={op}
      aria-label={t("operator")}
      options={operators.map((each) => ({ value: each.op, label: word(each.op) }))}
      labelRender={({ label, value }) => label ?? String(value)}
      onChange={onChange}
      popupMatchSelectWidth={false}
      listHeight={360}
      {...(mark ? { status: mark } : {})}
    />
  );
}

/** What an operator is called; those that this page does not know keep their name in the API. */
export function useOperatorWord(): (op: string) => string {
  const { t } = useTranslation("rules");
  return (op) => t(`op.${op as "is"}`, { defaultValue: op });
}
