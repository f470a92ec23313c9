/** A value of LVM2's configuration text. */
export type TextValue = string | number | readonly (string | number)[] | TextSection;
/** In the order of the text, which an object with numbers for names would not keep. */
export interface TextSection extends ReadonlyMap<string, TextValue> {}

/** What is wrong with a text, and where. */
export class TextProblem extends Error {
  override readonly name = "TextProblem";
}

const TOKEN = /\s+|#[^\n]*|"(?:[^"\\]|\\.)*"|-?\d+(?![\w+.-])|[\w+.-]+|[{}[\],=]/gy;
/** Sections inside sections; the metadata has four. */
const DEEPEST = 16;

interface Token {
  readonly text: string;
  readonly line: number;
}

/** Reads `name = value`, `name { … }` and comments. Throws {@link TextProblem} with the line. */
export function parseTextTree(text: string): TextSection {
  const reader = new TokenReader(tokens(text));
  return readSection(reader, 0);
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  let line = 1;
  for (let at = 0; at < text.length;) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined)
      throw new TextProblem(`line ${line}: ${JSON.stringify(text.slice(at, at + 20))} has no meaning`);
    if (!/^[\s#]/.test(token)) found.push({ text: token, line });
    line += token.split("\n").length - 1;
    at += token.length;
  }
  return found;
}

class TokenReader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(all: readonly Token[]) {
    this.#tokens = all;
  }

  peek(): string | undefined {
    return this.#tokens[this.#at]?.text;
  }

  get line(): number {
    return (this.#tokens[this.#at] ?? this.#tokens.at(-1))?.line ?? 1;
  }

  next(what: string): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new TextProblem(`the text ends where ${what} was expected`);
    this.#at += 1;
    return token.text;
  }

  fail(what: string): never {
    throw new TextProblem(`line ${this.line}: ${what}`);
  }
}

function readSection(reader: TokenReader, depth: number): TextSection {
  if (depth > DEEPEST) reader.fail(`more than ${DEEPEST} sections inside each other`);
  const entries = new Map<string, TextValue>();
  for (let token = reader.peek(); token !== undefined && token !== "}"; token = reader.peek()) {
    if (!/^[\w+.-]+$/.test(token)) reader.fail(`${token} is not a name`);
    if (entries.has(token)) reader.fail(`${token} is there a second time`);
    reader.next("a name");
    const sign = reader.peek();
    if (sign === "{") entries.set(token, readBraces(reader, depth));
    else if (sign === "=") {
      reader.next("=");
      entries.set(token, readValue(reader));
    } else reader.fail(`${token} is followed by ${sign ?? "nothing"}, not by = or {`);
  }
  if (depth === 0 && reader.peek() !== undefined) reader.fail("a section ends that did not begin");
  return entries;
}

function readBraces(reader: TokenReader, depth: number): TextSection {
  reader.next("{");
  const section = readSection(reader, depth + 1);
  reader.next("}");
  return section;
}

function readValue(reader: TokenReader): TextValue {
  if (reader.peek() !== "[") return readScalar(reader);
  reader.next("[");
  const values: (string | number)[] = [];
  while (reader.peek() !== "]") {
    values.push(readScalar(reader));
    if (reader.peek() !== "]" && reader.next(", or ]") !== ",") reader.fail("a list has values without a comma");
  }
  reader.next("]");
  return values;
}

function readScalar(reader: TokenReader): string | number {
  const token = reader.peek() ?? "";
  if (token.startsWith('"')) return reader.next("a value").slice(1, -1).replaceAll(/\\(.)/g, "$1");
  if (/^-?\d+$/.test(token) && Number.isSafeInteger(Number(token))) return Number(reader.next("a value")) + 0; // -0 is 0
  return reader.fail(`${token === "" ? "nothing" : token} is not a value`);
}
