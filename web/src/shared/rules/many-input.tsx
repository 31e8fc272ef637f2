import { Select } from "antd";
import { type ClipboardEvent, useState } from "react";
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

/** A column pasted from a spreadsheet, or a list with commas and semicolons of either width. */
const SEPARATOR = /[\r\n\t,;\uFF0C\uFF1B\u3001]+/;

/** A list of values: chosen, typed or pasted. */
export function ManyInput({ value, isNumber, source, mark, onChange }: Props) {
  const { t } = useTranslation("rules");
  const [typed, setTyped] = useState("");
  const { options, message, setOpen } = useValueOptions(source, typed);
  const chosen = listed(value).map(String);
  const write = (texts: string[]) => {
    const trimmed = [...new Set(texts.map((text) => text.trim()).filter(Boolean))];
    onChange(isNumber ? trimmed.map(Number).filter((number) => Number.isFinite(number)) : trimmed);
    setTyped("");
  };
  const paste = (event: ClipboardEvent) => {
    const parts = event.clipboardData.getData("text").split(SEPARATOR);
    if (parts.length < 2) return;
    event.preventDefault();
    write([...chosen, ...parts]);
  };
  // What people have comes first: whoever types a part and presses Enter means that. What is typed can be meant too.
  const own = typed.trim();
  const isOwn = own !== "" && !options.some((option) => option.value === own) && (!isNumber || Number.isFinite(Number(own)));
  return (
    <div onPaste={paste} style={{ maxWidth: "100%", display: "inline-flex" }}>
      <Select<string[]>
        mode="multiple"
        value={chosen}
        options={isOwn ? [...options, { value: own, label: t("value.own", { value: own }) }] : options}
        labelRender={({ value: each }) => String(each)}
        onChange={write}
        onOpenChange={setOpen}
        onBlur={() => own && write([...chosen, own])}
        showSearch={{ searchValue: typed, onSearch: setTyped, filterOption: false }}
        aria-label={t("value.list")}
        placeholder={isNumber ? t("value.numbers") : t("value.texts")}
        notFoundContent={<span>{message}</span>}
        popupMatchSelectWidth={280}
        maxTagCount={12}
        className="rule-value"
        style={{ minWidth: 180, maxWidth: "100%" }}
        {...(mark ? { status: mark } : {})}
      />
    </div>
  );
}

function listed(value: Value | undefined): (string | number | boolean)[] {
  if (Array.isArray(value)) return value.filter((each) => each !== null);
  return value === undefined || value === null || typeof value === "object" ? [] : [value];
}
