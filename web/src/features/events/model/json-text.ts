/** A place in a text: the offset, and the line and column that people count from 1. */
export interface Place {
  offset: number;
  line: number;
  column: number;
}

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// eslint-disable-next-line no-control-regex -- JSON forbids these inside of strings
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORD = /true|false|null/y;

class Reader {
  at = 0;
  /** A name that stands twice in one object, and where the second time. */
  doubled: { name: string; offset: number } | null = null;

  constructor(readonly text: string) {}

  take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return false;
    this.at = pattern.lastIndex;
    return true;
  }

  sign(wanted: string): boolean {
    this.take(SPACE);
    if (this.text[this.at] !== wanted) return false;
    this.at += 1;
    return true;
  }

  /** Reads one value; false where it stops being one, with `at` there. */
  value(): boolean {
    this.take(SPACE);
    if (this.sign("{")) {
      const names = new Set<string>();
      return this.sign("}") || this.several("}", () => this.key(names) && this.sign(":") && this.value());
    }
    if (this.sign("[")) return this.sign("]") || this.several("]", () => this.value());
    return this.take(STRING) || this.take(NUMBER) || this.take(WORD);
  }

  private key(names: Set<string>): boolean {
    this.take(SPACE);
    const offset = this.at;
    if (!this.take(STRING)) return false;
    const name = JSON.parse(this.text.slice(offset, this.at)) as string;
    if (names.has(name)) this.doubled ??= { name, offset };
    names.add(name);
    return true;
  }

  private several(end: string, one: () => boolean): boolean {
    do if (!one()) return false;
    while (this.sign(","));
    return this.sign(end);
  }
}

const placeOf = (text: string, offset: number): Place => {
  const before = text.slice(0, offset).split("\n");
  return { offset, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
};

/** Where a text is not JSON, the same in every browser; null for JSON. */
export function jsonFault(text: string): Place | null {
  const reader = new Reader(text);
  const isRead = reader.value();
  reader.take(SPACE);
  if (isRead && reader.at === text.length) return null;
  return placeOf(text, reader.at);
}

/** A name that stands twice in one object, where the last value counts and the first is lost; null if none does. */
export function doubledName(text: string): (Place & { name: string }) | null {
  const reader = new Reader(text);
  reader.value();
  return reader.doubled && { ...placeOf(text, reader.doubled.offset), name: reader.doubled.name };
}

/** Whether a text is a JSON object. */
export const isJsonObject = (text: string) => jsonFault(text) === null && text.trimStart().startsWith("{");

/** JSON laid out. Values stay as they are written: numbers keep every digit. Text that is no JSON comes back as it is. */
export function layOut(text: string): string {
  if (jsonFault(text)) return text;
  const pieces = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let depth = 0;
  let laidOut = "";
  pieces.forEach((piece, index) => {
    const next = pieces[index + 1];
    if (piece === "{" || piece === "[") {
      const isEmpty = next === "}" || next === "]";
      depth += 1;
      laidOut += isEmpty ? piece : `${piece}\n${"  ".repeat(depth)}`;
    } else if (piece === "}" || piece === "]") {
      depth -= 1;
      const isEmpty = pieces[index - 1] === "{" || pieces[index - 1] === "[";
      laidOut += isEmpty ? piece : `\n${"  ".repeat(depth)}${piece}`;
    } else if (piece === ",") laidOut += `,\n${"  ".repeat(depth)}`;
    else laidOut += piece === ":" ? ": " : piece;
  });
  return laidOut;
}
