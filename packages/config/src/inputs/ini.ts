import type { ProblemList } from "./problem.ts";

export interface IniEntry {
  /** Lower case. */
  readonly key: string;
  /** As written, without the blanks around it. */
  readonly value: string;
  /** 1-based. */
  readonly line: number;
}

/** White space as Unicode defines it; `String.trim` also takes the byte order mark, and leaves U+0085. */
const BLANK = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/;

/**
 * The entries of an INI file as upstream reads it (`rs/ic_os/utils/src/ini.rs`): `key=value` up to the end of the line,
 * comments on lines of their own behind `#` or `;`, no quotes, no escapes, no continuation. Sections are flattened: what
 * is before the first header comes first, then each section where its name first appears. The last entry of a key counts.
 * Lines of another form are errors; nothing of them is shown.
 */
export function parseIni(text: string, problems: ProblemList): readonly IniEntry[] {
  const sections = new Map<string | undefined, IniEntry[]>([[undefined, []]]);
  let entries = sections.get(undefined) ?? [];
  for (const [index, raw] of text.split("\n").entries()) {
    const line = index + 1;
    const content = trim(raw);
    if (content === "" || content.startsWith("#") || content.startsWith(";")) continue;
    if (content.startsWith("[")) {
      if (!content.endsWith("]")) {
        problems.error("malformed-section", "The line begins like a section, but does not end with a bracket.", {
          line,
        });
        continue;
      }
      const name = trim(content.slice(1, -1));
      entries = sections.get(name) ?? [];
      sections.set(name, entries);
      continue;
    }
    const equals = content.indexOf("=");
    if (equals < 0) {
      problems.error("not-key-value", "The line is neither key=value nor a comment.", { line });
      continue;
    }
    const key = trim(content.slice(0, equals)).toLowerCase();
    if (key === "") problems.error("no-key", "There is no key before the equals sign.", { line });
    else entries.push({ key, value: trim(content.slice(equals + 1)), line });
  }
  return [...sections.values()].flat();
}

function trim(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && BLANK.test(text.charAt(start))) start += 1;
  while (end > start && BLANK.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
