import { type CompletionSource, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap } from "@codemirror/commands";
import { html } from "@codemirror/lang-html";
import { liquid } from "@codemirror/lang-liquid";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { lintGutter } from "@codemirror/lint";
import { EditorState, type Extension } from "@codemirror/state";
import { Decoration, EditorView, MatchDecorator, ViewPlugin, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import type { ViewUpdate } from "@codemirror/view";

export type Mode = "line" | "text" | "html";

/** Tags of Liquid stand out in a text. */
const tagsStandOut = (() => {
  const matcher = new MatchDecorator({ regexp: /\{\{[^}]*\}\}|\{%[^%]*%\}/g, decoration: Decoration.mark({ class: "cm-liquid" }) });
  return ViewPlugin.define(
    (view) => ({
      decorations: matcher.createDeco(view),
      update(update: ViewUpdate) {
        this.decorations = matcher.updateDeco(update, this.decorations);
      },
    }),
    { decorations: (plugin) => plugin.decorations },
  );
})();

/** A single line stays one: what is pasted loses its line breaks. */
const oneLine: Extension = [
  EditorView.clipboardInputFilter.of((text) => text.replace(/\s*[\r\n]+\s*/g, " ")),
  EditorState.transactionFilter.of((change) => (change.docChanged && change.newDoc.lines > 1 ? [] : change)),
  keymap.of([{ key: "Enter", run: () => true }, { key: "Shift-Enter", run: () => true }]),
];

const nonce = () => document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";

/** The editor's behaviour that never changes while it is there. */
export function behaviour(mode: Mode, undo: () => void, redo: () => void): Extension {
  const history = [
    { key: "Mod-z", run: () => (undo(), true), preventDefault: true },
    { key: "Mod-y", run: () => (redo(), true), preventDefault: true },
    { key: "Mod-Shift-z", run: () => (redo(), true), preventDefault: true },
  ];
  const shared = [
    EditorView.cspNonce.of(nonce()),
    closeBrackets(),
    keymap.of([...completionKeymap, ...closeBracketsKeymap, ...history, ...defaultKeymap]),
  ];
  if (mode === "html")
    return [shared, lineNumbers(), lintGutter(), highlightActiveLine(), bracketMatching(), indentOnInput(), liquid({ base: html() }), EditorView.lineWrapping];
  return [mode === "line" ? oneLine : [], shared, tagsStandOut, EditorView.lineWrapping];
}

/** Completes from a source instead of what the languages would offer. */
export const completing = (source: CompletionSource): Extension => autocompletion({ override: [source], icons: false });
