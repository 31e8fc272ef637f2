import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import { Annotation, Compartment, EditorState } from "@codemirror/state";
import { EditorView, placeholder as hint } from "@codemirror/view";
import { theme } from "antd";
import { type Ref, useEffect, useImperativeHandle, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@shared/format";
import { useLook } from "@shared/theme";
import { useEditing, useProblemsOf } from "../editing-context";
import { liquidCompletion } from "./completion";
import { type Mode, behaviour, completing } from "./extensions";
import { rangeOf, smallestChange } from "./positions";
import { editorLook } from "./theme";

const fromOutside = Annotation.define<boolean>();

export interface LiquidHandle {
  /** Puts a text where the cursor is, instead of what is selected. */
  insert: (text: string) => void;
  /** Puts marks around what is selected. */
  wrap: (before: string, after: string) => void;
  /** Puts a mark before every selected line. */
  lead: (mark: string) => void;
}

interface Props {
  value: string;
  onChange: (value: string) => void;
  /** Where the field is in the arm: its problems are underlined, and it can be jumped to. */
  path: string;
  mode: Mode;
  label: string;
  placeholder?: string;
  autoFocus?: boolean;
  minHeight?: number;
  maxHeight?: number;
  handle?: Ref<LiquidHandle>;
}

/** A text with Liquid: completed, checked as it is written, with every mistake underlined at its place. */
export function LiquidField({ value, onChange, path, mode, label, placeholder, autoFocus, minHeight, maxHeight, handle }: Props) {
  const { t } = useTranslation("campaigns");
  const formats = useFormats();
  const { token } = theme.useToken();
  const { isDark } = useLook();
  const { vocabulary, target, undo, redo } = useEditing();
  const problems = useProblemsOf(path);
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(null);
  const latest = useRef({ onChange, undo, redo });
  const parts = useMemo(() => ({ look: new Compartment(), words: new Compartment(), label: new Compartment() }), []);
  useEffect(() => {
    latest.current = { onChange, undo, redo };
  });

  const look = useMemo(() => editorLook(token, isDark, mode === "html"), [token, isDark, mode]);
  const words = useMemo(
    () => completing(liquidCompletion(vocabulary, { fallback: t("variable.friend"), known: (share) => t("variable.known", { share: formats.percent(share, 0) }) })),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- formats follow the language, as t does
    [vocabulary, t],
  );
  const named = useMemo(() => [EditorView.contentAttributes.of({ "aria-label": label }), placeholder ? hint(placeholder) : []], [label, placeholder]);

  useEffect(() => {
    if (!place.current) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          behaviour(mode, () => latest.current.undo(), () => latest.current.redo()),
          parts.look.of(look),
          parts.words.of(words),
          parts.label.of(named),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((each) => each.annotation(fromOutside))) latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    editor.current = view;
    if (autoFocus) {
      view.focus();
      view.dispatch({ selection: { anchor: view.state.doc.length } });
    }
    return () => view.destroy();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- made once; what changes is told below
  }, [mode, parts]);

  useEffect(() => editor.current?.dispatch({ effects: parts.look.reconfigure(look) }), [look, parts]);
  useEffect(() => editor.current?.dispatch({ effects: parts.words.reconfigure(words) }), [words, parts]);
  useEffect(() => editor.current?.dispatch({ effects: parts.label.reconfigure(named) }), [named, parts]);

  useEffect(() => {
    const view = editor.current;
    const change = view && smallestChange(view.state.doc.toString(), value);
    if (view && change) view.dispatch({ changes: change, annotations: fromOutside.of(true) });
  }, [value]);

  const said = JSON.stringify(problems.map(({ message, cure, line, column, length, severity }) => ({ message, cure, line, column, length, severity })));
  useEffect(() => {
    const view = editor.current;
    if (!view) return;
    const text = view.state.doc.toString();
    const found = (JSON.parse(said) as typeof problems).map((problem): Diagnostic => ({
      ...rangeOf(text, problem), severity: problem.severity, message: `${problem.message}\n${problem.cure}`,
    }));
    view.dispatch(setDiagnostics(view.state, found));
  }, [said, value]);

  useEffect(() => {
    const view = editor.current;
    if (!view || !target || target.path !== path) return;
    const { from, to } = rangeOf(view.state.doc.toString(), target);
    view.focus();
    view.dispatch({ selection: target.line === null ? { anchor: to } : { anchor: from, head: to }, scrollIntoView: true });
    view.dom.scrollIntoView({ block: "nearest" });
  }, [target, path]);

  useImperativeHandle(handle, () => handleOf(editor), []);

  const failed = problems.some((problem) => problem.severity === "error");
  return (
    <div
      ref={place}
      style={{
        border: `1px solid ${failed ? token.colorError : token.colorBorder}`, borderRadius: token.borderRadius, backgroundColor: token.colorBgContainer,
        minHeight, maxHeight, overflow: "auto", cursor: "text", textAlign: "start",
      }}
    />
  );
}

function handleOf(editor: { current: EditorView | null }): LiquidHandle {
  const change = (edit: (view: EditorView) => void) => {
    const view = editor.current;
    if (!view) return;
    edit(view);
    view.focus();
  };
  return {
    insert: (text) => change((view) => view.dispatch(view.state.replaceSelection(text))),
    wrap: (before, after) =>
      change((view) => {
        const { from, to } = view.state.selection.main;
        view.dispatch({
          changes: [{ from, insert: before }, { from: to, insert: after }],
          selection: { anchor: from + before.length, head: to + before.length },
        });
      }),
    lead: (mark) =>
      change((view) => {
        const { from, to } = view.state.selection.main;
        const first = view.state.doc.lineAt(from).number;
        const last = view.state.doc.lineAt(to).number;
        const lines = Array.from({ length: last - first + 1 }, (_, index) => view.state.doc.line(first + index));
        view.dispatch({ changes: lines.map((line) => ({ from: line.from, insert: mark })) });
      }),
  };
}
