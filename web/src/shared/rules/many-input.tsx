import { Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ValueSource } from "./completion";
import type { Mark } from "./editor-context";
import { useValueOptions } from "./value-options";
import type { Value } from "./wire";

interface Props {
  value: Value | undefined;
  isNumber: boolean;
  source: ValueSource | null;
  mark: Mark;
  onChange: (value: Value) => void;
}

// A column pasted from a spreadsheet, or a list with commas of either language.
// eslint-disable-next-line no-restricted-syntax -- punctuation, not a text
const SEPARATORS = ["\n", "\r\n", "\t", ",", ";", "，", "；", "、"];

/** A list of values: typed, pasted or chosen. */
export function ManyInput({ value, isNumber, source, mark, onChange }: Props) {
  const { t } = useTranslation("rules");
  const [typed, setTyped] = useState("");
  const { options, message, setOpen } = useValueOptions(source, typed);
  const chosen = (Array.isArray(value) ? value : value === undefined || value === null || typeof value === "object" ? [] : [value])
    .filter((each) => each !== null)
    .map(String);
  const write = (texts: string[]) => {
    const trimmed = [...new Set(texts.map((text) => text.trim()).filter(Boolean))];
    onChange(isNumber ? trimmed.map(Number).filter((number) => Number.isFinite(number)) : trimmed);
    setTyped("");
  };
  return (
    <Select<string[]>
      mode="tags"
      value={chosen}
      options={options}
      onChange={write}
      onOpenChange={setOpen}
      showSearch={{ searchValue: typed, onSearch: setTyped, filterOption: false }}
      tokenSeparators={SEPARATORS}
      aria-label={t("value.list")}
      placeholder={isNumber ? t("value.numbers") : t("value.texts")}
      notFoundContent={<span>{message}</span>}
      popupMatchSelectWidth={280}
      maxTagCount={12}
      className="rule-value"
      style={{ minWidth: 180, maxWidth: "100%" }}
      {...(mark ? { status: mark } : {})}
    />
  );
}
