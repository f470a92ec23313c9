const TOKEN =
  /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null|[{}[\],:]|[ \t\r]+|\n/y;

/** What may come next. */
type Expected = "value" | "value or ]" | "name" | "name or }" | ":" | ", or end" | "nothing";

/**
 * The line, 1-based, of the first token that makes a text no JSON; undefined when it is JSON. `JSON.parse` tells the
 * place of some errors only, and its messages show the text, which may hold a key.
 */
export function jsonErrorLine(text: string): number | undefined {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let line = 1;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) return line;
    if (token === "\n") line += 1;
    if (token.trim() === "") continue;
    const next = follow(expected, token, open);
    if (next === undefined) return line;
    expected = next;
  }
  return expected === "nothing" ? undefined : line;
}

/** Takes one token; undefined when it may not stand here. */
function follow(expected: Expected, token: string, open: ("{" | "[")[]): Expected | undefined {
  const afterValue = (): Expected => (open.length === 0 ? "nothing" : ", or end");
  const isString = token.startsWith('"');
  switch (token) {
    case "}":
    case "]": {
      const wanted = token === "}" ? "{" : "[";
      const empty = token === "}" ? "name or }" : "value or ]";
      if ((expected !== ", or end" && expected !== empty) || open.pop() !== wanted) return undefined;
      return afterValue();
    }
    case ",":
      if (expected !== ", or end") return undefined;
      return open.at(-1) === "{" ? "name" : "value";
    case ":":
      return expected === ":" ? "value" : undefined;
    default:
      if (expected === "name" || expected === "name or }") return isString ? ":" : undefined;
      if (expected !== "value" && expected !== "value or ]") return undefined;
      if (token !== "{" && token !== "[") return afterValue();
      open.push(token);
      return token === "{" ? "name or }" : "value or ]";
  }
}
