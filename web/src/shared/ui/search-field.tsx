import { Input } from "antd";
import { useEffect, useState } from "react";

interface Props {
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  placeholder: string;
  width?: number;
}

/** A search that follows the typing, 300 ms behind. */
export function SearchField({ value, onChange, placeholder, width = 260 }: Props) {
  const [typed, setTyped] = useState(value ?? "");
  const [known, setKnown] = useState(value);
  if (value !== known) {
    setKnown(value); // the URL changed: the way back, a saved view
    if ((value ?? "") !== typed.trim()) setTyped(value ?? "");
  }
  useEffect(() => {
    const next = typed.trim() || undefined;
    if (next === value) return;
    const timer = setTimeout(() => onChange(next), 300);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <Input.Search
      allowClear
      value={typed}
      placeholder={placeholder}
      aria-label={placeholder}
      style={{ width }}
      onChange={(event) => setTyped(event.target.value)}
      onSearch={(text) => onChange(text.trim() || undefined)}
    />
  );
}
