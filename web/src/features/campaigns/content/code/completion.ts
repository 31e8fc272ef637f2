import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { snippet } from "@codemirror/autocomplete";
import { type Vocabulary, needsFallback } from "../vocabulary";

/** What is being written before the cursor, if it is inside of a tag. */
export type Writing =
  | { kind: "filter" | "tag" | "name"; from: number; isOutput: boolean }
  | { kind: "member"; of: string; from: number; isOutput: boolean };

/** Reads the text before the cursor. Prose outside of tags completes to nothing. */
export function writingAt(before: string): Writing | null {
  const output = before.lastIndexOf("{{");
  const tag = before.lastIndexOf("{%");
  const start = Math.max(output, tag);
  if (start < 0) return null;
  const inside = before.slice(start + 2);
  if (/\}\}|%\}/.test(inside)) return null;
  const quotes = inside.replace(/[^"']/g, "");
  if (/^(?:"[^"]*"|'[^']*')*["']/.test(quotes) && isInText(inside)) return null;
  const isOutput = output > tag;
  const word = /\w*$/.exec(inside)?.[0] ?? "";
  const from = before.length - word.length;
  const lead = inside.slice(0, inside.length - word.length);
  const member = /([A-Za-z_]\w*)\.$/.exec(lead);
  if (member) return { kind: "member", of: member[1] ?? "", from, isOutput };
  if (/\|\s*$/.test(lead)) return { kind: "filter", from, isOutput };
  if (!isOutput && /^-?\s*$/.test(lead)) return { kind: "tag", from, isOutput };
  return { kind: "name", from, isOutput };
}

function isInText(inside: string): boolean {
  let open = "";
  for (const sign of inside) {
    if (open) open = sign === open ? "" : open;
    else if (sign === '"' || sign === "'") open = sign;
  }
  return open !== "";
}

interface Words {
  /** What a fallback says until somebody writes another. */
  fallback: string;
  known: (share: number) => string;
}

/** Completes names, filters and tags inside of Liquid. A trait that is printed gets its fallback at once. */
export function liquidCompletion(vocabulary: Vocabulary, words: Words) {
  return (context: CompletionContext): CompletionResult | null => {
    const before = context.state.sliceDoc(Math.max(0, context.pos - 2_000), context.pos);
    const writing = writingAt(before);
    if (!writing) return null;
    const from = context.pos - (before.length - writing.from);
    if (from === context.pos && !context.explicit && writing.kind !== "member" && !/[{%|]\s*$/.test(before)) return null;
    const isPiped = context.state.sliceDoc(context.pos, context.pos + 20).trimStart().startsWith("|");
    const options = optionsFor(vocabulary, writing, isPiped, words);
    return options.length ? { from, options, validFor: /^[\w.]*$/ } : null;
  };
}

function optionsFor(vocabulary: Vocabulary, writing: Writing, isPiped: boolean, words: Words): Completion[] {
  const prints = writing.isOutput && !isPiped;
  switch (writing.kind) {
    case "filter":
      return vocabulary.filters.map((each) => ({ label: each.name, type: "function", detail: each.description }));
    case "tag":
      return vocabulary.tags.map((each) => ({ label: each.name, type: "keyword", detail: each.description }));
    case "member":
      return vocabulary.variables
        .filter((each) => each.name.startsWith(`${writing.of}.`))
        .map((each) => variable(each, each.name.slice(writing.of.length + 1), prints, words));
    case "name":
      return vocabulary.variables.map((each) => variable(each, each.name, prints, words));
  }
}

function variable(each: Vocabulary["variables"][number], label: string, prints: boolean, words: Words): Completion {
  const detail = [each.label === each.name ? "" : each.label, each.coverage === null ? "" : words.known(each.coverage)].filter(Boolean).join(" · ");
  const completion: Completion = { label, type: "variable", detail, boost: Math.round((each.coverage ?? 0) * 90) };
  if (prints && needsFallback(each.name)) completion.apply = snippet(`${label} | default: "\${${words.fallback}}"`);
  return completion;
}
