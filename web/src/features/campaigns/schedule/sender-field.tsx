import { Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

const ADDRESS = /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>".]{2,}$/;

/** `name@shop.example`, `Shop <name@shop.example>`, or nothing. */
export function isSender(text: string): boolean {
  const inBrackets = /^(?:[^<>@]*|"[^"]*")\s*<([^<>]+)>$/.exec(text.trim());
  return text.trim() === "" || ADDRESS.test(inBrackets?.[1]?.trim() ?? text.trim());
}

interface Props {
  id: string;
  label: string;
  placeholder: string;
  hint: string;
  value: string;
  /** Called with what can be saved only. */
  onChange: (value: string) => void;
}

/** A mail address with a name before it, perhaps. What is half typed is not saved yet. */
export function SenderField({ id, label, placeholder, hint, value, onChange }: Props) {
  const { t } = useTranslation("campaigns");
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  if (value !== known) {
    setKnown(value); // undone, or from another editor
    if (value !== typed.trim()) setTyped(value);
  }
  const isUsable = isSender(typed);
  return (
    <Form.Item label={label} htmlFor={id} validateStatus={isUsable ? undefined : "error"} help={isUsable ? undefined : t("sender.wrong")} extra={hint}>
      <Input
        id={id}
        value={typed}
        placeholder={placeholder}
        maxLength={320}
        aria-invalid={!isUsable}
        onChange={(event) => {
          setTyped(event.target.value);
          if (isSender(event.target.value)) onChange(event.target.value.trim());
        }}
      />
    </Form.Item>
  );
}
