/** The little markup of texts, read as the server reads it, to show a text in the editor. The preview beside it is the server's. */
export type Inline =
  | { type: "text"; text: string }
  | { type: "liquid"; source: string }
  | { type: "strong" | "em"; children: Inline[] }
  | { type: "link"; href: string; children: Inline[] };

export interface Group {
  type: "p" | "ul" | "ol";
  lines: Inline[][];
}

const LIQUID = /\{%-?\s*raw\s*-?%\}[\s\S]*?\{%-?\s*endraw\s*-?%\}|\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
const ATOM = "\uFFFC"; // stands for a tag of Liquid, which is never read as markup
const TOKEN = /\\([\\*[\]().-])|\[((?:\\.|[^[\]\\\n])+)\]\(([^()\s[\]\\]+)\)|(\*+)|([^\\[*\n]+|[\s\S])/g;
const ITEM = /^\s*(?:(-)|\d{1,3}\.)[ \t]+/;
const NAMES = { "**": "strong", "*": "em" } as const;

type Mark = keyof typeof NAMES;

/** Takes the tags out, one after the other, where the marks that stand for them are met. */
class Reader {
  private readonly tags: string[];
  private next = 0;
  readonly shown: string;

  constructor(source: string) {
    this.tags = source.match(LIQUID) ?? [];
    this.shown = source.replaceAll(ATOM, " ").replace(LIQUID, ATOM);
  }

  /** A piece of `shown` with its tags back in place. */
  take(text: string): Inline[] {
    return text
      .split(new RegExp(`(${ATOM})`))
      .filter((part) => part !== "")
      .map((part) => (part === ATOM ? { type: "liquid", source: this.tags[this.next++] ?? "" } : { type: "text", text: part }));
  }

  source(text: string): string {
    return this.take(text).map((each) => (each.type === "liquid" ? each.source : each.type === "text" ? each.text : "")).join("");
  }

  isControl(line: string): boolean {
    const bare = line.replace(/[ \t]/g, "");
    if (!bare || bare.replaceAll(ATOM, "") !== "") return false;
    return this.tags.slice(this.next, this.next + bare.length).every((tag) => tag.startsWith("{%"));
  }

  skip(line: string) {
    this.next += line.split(ATOM).length - 1;
  }
}

/** A text with paragraphs and lists. */
export function paragraphs(source: string): Group[] {
  const reader = new Reader(source);
  const groups: Group[] = [];
  let isNew = true;
  for (const line of reader.shown.split("\n")) {
    if (!line.trim()) {
      isNew = true;
      continue;
    }
    if (reader.isControl(line)) {
      reader.skip(line); // prints nothing
      continue;
    }
    const item = ITEM.exec(line);
    const type = !item ? "p" : item[1] ? "ul" : "ol";
    let group = groups.at(-1);
    if (isNew || group?.type !== type) groups.push((group = { type, lines: [] }));
    group.lines.push(inlineOf(reader, item ? line.slice(item[0].length) : line));
    isNew = false;
  }
  return groups;
}

/** A text on one line, such as a heading. */
export function inline(source: string): Inline[] {
  const reader = new Reader(source);
  return inlineOf(reader, reader.shown);
}

interface Opened {
  mark: Mark | null;
  children: Inline[];
}

function inlineOf(reader: Reader, text: string): Inline[] {
  const stack: [Opened, ...Opened[]] = [{ mark: null, children: [] }];
  const add = (...nodes: Inline[]) => stack.at(-1)?.children.push(...nodes);
  for (const token of text.matchAll(TOKEN)) {
    const [whole, plain, label, href, stars] = token;
    if (plain !== undefined) add({ type: "text", text: plain });
    else if (label !== undefined && href !== undefined) {
      const children = inlineOf(reader, label);
      add({ type: "link", href: reader.source(href), children });
    } else if (stars !== undefined) {
      const before = text.slice(token.index - 1, token.index);
      const after = text.charAt(token.index + stars.length);
      readStars(stars, stack, Boolean(token.index && before.trim()), Boolean(after.trim()));
    } else add(...reader.take(whole));
  }
  while (stack.length > 1) giveUp(stack);
  return joined(stack[0].children);
}

function readStars(stars: string, stack: [Opened, ...Opened[]], canClose: boolean, canOpen: boolean) {
  let rest = stars.length <= 3 ? stars : "";
  while (rest) {
    const opened = stack.map((each) => each.mark);
    const last = opened.at(-1);
    const mark: Mark = rest === "***" ? (canClose && last ? last : "**") : rest === "**" ? "**" : "*";
    if (canClose && opened.includes(mark)) {
      while (stack.at(-1)?.mark !== mark) giveUp(stack);
      const closed = stack.pop();
      stack.at(-1)?.children.push({ type: NAMES[mark], children: joined(closed?.children ?? []) });
    } else if (canOpen && !opened.includes(mark)) stack.push({ mark, children: [] });
    else break;
    rest = rest.slice(mark.length);
  }
  const left = stars.length <= 3 ? rest : stars;
  if (left) stack.at(-1)?.children.push({ type: "text", text: left });
}

/** What was opened and never closed is text. */
function giveUp(stack: [Opened, ...Opened[]]) {
  const opened = stack.pop();
  stack.at(-1)?.children.push({ type: "text", text: opened?.mark ?? "" }, ...(opened?.children ?? []));
}

function joined(nodes: Inline[]): Inline[] {
  const found: Inline[] = [];
  for (const node of nodes) {
    const last = found.at(-1);
    if (node.type === "text" && last?.type === "text") found[found.length - 1] = { type: "text", text: last.text + node.text };
    else found.push(node);
  }
  return found;
}
