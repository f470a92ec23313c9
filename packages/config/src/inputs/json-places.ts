/** Where things stand in a JSON text. */
export interface JsonPlaces {
  /** Line of each value by its dotted path (`nns.urls.0`; the whole is ``), 1-based; values far inside are left out. */
  readonly lines: ReadonlyMap<string, number>;
  /** Names that an object has twice, by the path of the later one. */
  readonly duplicates: readonly { readonly key: string; readonly line: number }[];
}

/** No known file is nested deeper; paths of what is would only take memory. */
const DEEPEST = 8;

/** What JSON consists of, between blanks. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+|\n/g;

interface Container {
  readonly path: string;
  /** An object's names so far; undefined for an array. */
  readonly names: Set<string> | undefined;
  /** The name before the value that comes; the index in an array. */
  at: string | number | undefined;
}

/** Finds every value of a text that `JSON.parse` has taken: nothing is checked again. Any depth. */
export function jsonPlaces(text: string): JsonPlaces {
  const lines = new Map<string, number>();
  const duplicates: { key: string; line: number }[] = [];
  const stack: Container[] = [];
  let line = 1;
  for (const [token] of text.matchAll(TOKEN)) {
    const inside = stack.at(-1);
    if (token === "\n") line += 1;
    else if (token === "}" || token === "]") stack.pop();
    else if (token === ",") {
      if (inside) inside.at = typeof inside.at === "number" ? inside.at + 1 : undefined;
    } else if (token === ":") continue;
    else if (inside?.names && inside.at === undefined) {
      const name = String(JSON.parse(token));
      inside.at = name;
      const key = join(inside.path, name);
      if (inside.names.has(name) && stack.length <= DEEPEST) duplicates.push({ key, line });
      inside.names.add(name);
    } else {
      const path = inside && stack.length <= DEEPEST ? join(inside.path, inside.at ?? "") : "";
      if (path !== "" || inside === undefined) lines.set(path, line);
      if (token === "{") stack.push({ path, names: new Set(), at: undefined });
      else if (token === "[") stack.push({ path, names: undefined, at: 0 });
    }
  }
  return { lines, duplicates };
}

function join(path: string, part: string | number): string {
  return path === "" ? String(part) : `${path}.${part}`;
}
