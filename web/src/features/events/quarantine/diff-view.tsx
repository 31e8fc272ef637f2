import { Typography, theme } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { isChanged, lineDiff } from "../model/line-diff";

const SIGNS = { same: " ", gone: "−", new: "+" };

/** What a correction changes, line by line. */
export function DiffView({ before, after }: { before: string; after: string }) {
  const { t } = useTranslation("events");
  const { token } = theme.useToken();
  const lines = useMemo(() => lineDiff(before, after), [before, after]);
  if (!isChanged(lines)) return <Typography.Paragraph type="secondary" style={{ margin: "12px 0" }}>{t("correct.noDiff")}</Typography.Paragraph>;
  const backgrounds = { same: undefined, gone: token.colorErrorBg, new: token.colorSuccessBg };
  return (
    <pre
      className="mono"
      role="region"
      aria-label={t("correct.diff")}
      tabIndex={0}
      style={{ margin: 0, padding: "8px 0", maxHeight: 420, overflow: "auto", fontSize: 12, lineHeight: 1.55, whiteSpace: "pre-wrap", border: `1px solid ${token.colorBorderSecondary}`, borderRadius: token.borderRadius }}
    >
      {lines.map((line, index) => (
        <span key={index} style={{ display: "block", padding: "0 10px", minHeight: "1.55em", background: backgrounds[line.kind] }}>
          {line.kind !== "same" && <span className="visually-hidden">{t(`correct.${line.kind}`)}</span>}
          {`${SIGNS[line.kind]} ${line.text}\n`}
        </span>
      ))}
    </pre>
  );
}
