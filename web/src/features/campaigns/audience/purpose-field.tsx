import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  id: string;
  value: string;
  onChange: (purpose: string) => void;
}

const KNOWN = ["marketing", "service"] as const;
const MOST_CHARACTERS = 64;

/** What to call a purpose; one of the workspace's own is called as it was written. */
export function usePurposeName(): (purpose: string) => string {
  const { t } = useTranslation("campaigns");
  return (purpose) => {
    const known = KNOWN.find((each) => each === purpose);
    return known ? t(`purpose.${known}`) : purpose;
  };
}

/** Which purpose people must have agreed to: a usual one, or one that is typed. */
export function PurposeField({ id, value, onChange }: Props) {
  const { t } = useTranslation("campaigns");
  const nameOf = usePurposeName();
  const [typed, setTyped] = useState("");
  const own = typed.trim().slice(0, MOST_CHARACTERS);
  const choices = new Set<string>([...KNOWN, ...(value ? [value] : [])]);
  const isNew = own !== "" && ![...choices].some((each) => each === own || nameOf(each) === own);
  return (
    <Select
      id={id}
      value={value || null}
      showSearch={{ optionFilterProp: "label", onSearch: setTyped }}
      style={{ width: "100%" }}
      options={[
        ...[...choices].map((each) => ({ value: each, label: nameOf(each) })),
        ...(isNew ? [{ value: own, label: t("purpose.own", { name: own }) }] : []),
      ]}
      onChange={onChange}
    />
  );
}
