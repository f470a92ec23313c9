const SEQUENCE =
  // eslint-disable-next-line no-control-regex
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|[PX^_\]][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|[ -/]*[0-~])?/g;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/** Characters that change the direction or the line of what follows, or are not seen at all. */
const INVISIBLE = /[\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\p{Co}\p{Cs}]/gu;

/**
 * Text of others (logs, the guest, file names) as it may reach a terminal: no escape sequence, no control character
 * but line feed and tab, nothing invisible. Escape sequences vanish; every other such character becomes `?`.
 */
export function cleanText(text: string): string {
  return text.replace(SEQUENCE, "").replaceAll("\r\n", "\n").replace(CONTROL, "?").replace(INVISIBLE, "?");
}

/** {@link cleanText} on one line, at most `length` characters. */
export function cleanLine(text: string, length: number): string {
  const line = cleanText(text).replaceAll(/\s+/g, " ").trim();
  return line.length <= length ? line : `${line.slice(0, Math.max(0, length - 3))}...`;
}
