import { theme } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { isMarked, jsonLines } from "../model/json-lines";

interface Props {
  value: unknown;
  /** What it is, for screen readers. */
  label: string;
  /** Dotted paths of what differs. */
  marks?: readonly string[];
  maxHeight?: number;
}

/** JSON laid out, with what differs marked by colour and a sign. */
export function JsonView({ value, label, marks = [], maxHeight = 360 }: Props) {
  const { t } = useTranslation("events");
  const { token } = theme.useToken();
  const lines = useMemo(() => jsonLines(value), [value]);
  return (
    <pre
      className="mono"
      role="region"
      aria-label={label}
      tabIndex={0}
      style={{
        margin: 0, padding: "8px 0", maxHeight, overflow: "auto", fontSize: 12, lineHeight: 1.5, whiteSpace: "pre-wrap",
        background: token.colorBgContainer, border: `1px solid ${token.colorBorderSecondary}`, borderRadius: token.borderRadius,
      }}
    >
      {lines.map((line, index) => {
        const isChanged = isMarked(line, marks);
        return (
          <span
            key={index}
            style={{
              display: "block", paddingInlineStart: 22 + line.depth * 14, paddingInlineEnd: 8, textIndent: -14, minHeight: "1.5em",
              background: isChanged ? token.colorInfoBg : undefined, borderInlineStart: `3px solid ${isChanged ? token.colorInfo : "transparent"}`,
            }}
          >
            {isChanged && <span className="visually-hidden">{t("live.changedLine")}</span>}
            {line.text}
            {"\n"}
          </span>
        );
      })}
    </pre>
  );
}
