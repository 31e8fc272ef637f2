import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, linter } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { type GlobalToken, theme } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useLook } from "@shared/theme";
import { doubledName, jsonFault } from "../model/json-text";

interface Props {
  value: string;
  onChange: (text: string) => void;
  label: string;
}

/** Enough of JSON to colour it: a text before a colon is a name. */
const json = StreamLanguage.define({
  name: "json",
  token: (stream) => {
    if (stream.eatSpace()) return null;
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/)) return stream.match(/^\s*:/, false) ? "propertyName" : "string";
    if (stream.match(/^-?\d[\d.eE+-]*/)) return "number";
    if (stream.match(/^(?:true|false|null)\b/)) return "bool";
    stream.next();
    return null;
  },
});

function look(token: GlobalToken, isDark: boolean): Extension {
  return [
    EditorView.theme(
      {
        "&": { color: token.colorText, fontSize: "12px", border: `1px solid ${token.colorBorder}`, borderRadius: `${token.borderRadius}px`, maxHeight: "420px" },
        "&.cm-focused": { outline: `2px solid ${token.colorPrimary}` },
        ".cm-scroller": { fontFamily: "ui-monospace, Menlo, Consolas, monospace", lineHeight: "1.55" },
        ".cm-content": { caretColor: token.colorText },
        ".cm-content:focus-visible": { outline: "none" }, // the whole field shows it
        ".cm-gutters": { backgroundColor: token.colorFillQuaternary, color: token.colorTextTertiary, border: "none" },
        ".cm-tooltip": { backgroundColor: token.colorBgElevated, color: token.colorText, border: `1px solid ${token.colorBorderSecondary}` },
        ".cm-diagnostic-warning": { borderLeftColor: token.colorWarning },
        ".cm-diagnostic-error": { borderLeftColor: token.colorError },
      },
      { dark: isDark },
    ),
    syntaxHighlighting(
      HighlightStyle.define([
        { tag: tags.propertyName, color: token.colorInfoText },
        { tag: tags.string, color: token.colorSuccessText },
        { tag: [tags.number, tags.bool], color: token.colorWarningText },
      ]),
    ),
  ];
}

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";

/** An editor for JSON that marks where it stops being JSON. Tab leaves it, as from every other field. */
export default function JsonEditor({ value, onChange, label }: Props) {
  const { t } = useTranslation("events");
  const { token } = theme.useToken();
  const { isDark } = useLook();
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef({ value, onChange, t });
  useEffect(() => {
    latest.current = { value, onChange, t };
  });

  useEffect(() => {
    const parent = place.current;
    if (!parent) return;
    const check = (view: EditorView): Diagnostic[] => {
      const text = view.state.doc.toString();
      const fault = jsonFault(text);
      const doubled = fault ? null : doubledName(text);
      const place = fault ?? doubled;
      if (!place) return [];
      const to = Math.min(place.offset + (doubled ? doubled.name.length + 2 : 1), text.length);
      const words = latest.current.t;
      const message = doubled ? words("correct.doubled", { name: doubled.name, line: doubled.line }) : words("correct.fault", { line: place.line, column: place.column });
      return [{ from: Math.min(place.offset, to), to, severity: doubled ? "warning" : "error", message }];
    };
    const view = new EditorView({
      parent,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          EditorView.cspNonce.of(nonce), lineNumbers(), history(), bracketMatching(), json, EditorView.lineWrapping,
          keymap.of([...defaultKeymap, ...historyKeymap]), linter(check, { delay: 300 }), look(token, isDark),
          EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    return () => view.destroy();
  }, [token, isDark, label]);

  return <div ref={place} />;
}
