import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { GlobalToken } from "antd";

/** The looks of the editor from the page's tokens. */
export function editorLook(token: GlobalToken, isDark: boolean, isCode: boolean): Extension {
  const look = EditorView.theme(
    {
      "&": { color: token.colorText, backgroundColor: "transparent", fontSize: `${isCode ? 12 : token.fontSize}px` },
      "&.cm-focused": { outline: "none" },
      ".cm-content": { caretColor: token.colorText, padding: "5px 0", fontFamily: isCode ? "ui-monospace, Menlo, Consolas, monospace" : token.fontFamily },
      ".cm-line": { padding: "0 10px", lineHeight: "1.6" },
      ".cm-gutters": { backgroundColor: token.colorFillQuaternary, color: token.colorTextTertiary, border: "none" },
      ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: token.colorFillQuaternary },
      ".cm-placeholder": { color: token.colorTextPlaceholder },
      ".cm-cursor": { borderLeftColor: token.colorText },
      ".cm-liquid": { backgroundColor: token.colorPrimaryBg, borderRadius: "4px", padding: "1px 2px", color: token.colorText },
      ".cm-tooltip": { backgroundColor: token.colorBgElevated, color: token.colorText, border: `1px solid ${token.colorBorderSecondary}`, borderRadius: "6px", boxShadow: token.boxShadowSecondary },
      ".cm-tooltip-autocomplete > ul > li": { padding: "3px 8px !important", fontFamily: token.fontFamily },
      ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: token.colorPrimaryBg, color: token.colorText },
      ".cm-completionDetail": { color: token.colorTextSecondary, fontStyle: "normal" },
      ".cm-tooltip.cm-completionInfo": { padding: "6px 10px", maxWidth: "260px" },
      ".cm-lintRange-error": { backgroundImage: "none", textDecoration: `underline wavy ${token.colorError}`, textUnderlineOffset: "3px" },
      ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: `underline wavy ${token.colorWarning}`, textUnderlineOffset: "3px" },
      ".cm-diagnostic": { padding: "6px 10px", whiteSpace: "pre-line", maxWidth: "380px" },
      ".cm-diagnostic-error": { borderLeftColor: token.colorError },
      ".cm-diagnostic-warning": { borderLeftColor: token.colorWarning },
    },
    { dark: isDark },
  );
  const words = HighlightStyle.define([
    { tag: [tags.tagName, tags.keyword, tags.controlKeyword], color: token.colorLink },
    { tag: [tags.attributeName, tags.propertyName], color: token.colorInfo },
    { tag: [tags.string, tags.attributeValue], color: token.colorSuccess },
    { tag: [tags.comment], color: token.colorTextTertiary, fontStyle: "italic" },
    { tag: [tags.number, tags.bool], color: token.colorWarning },
  ]);
  return [look, syntaxHighlighting(words)];
}
