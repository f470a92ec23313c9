const MOST = 60;

/** What a terminal would not print as one visible character: controls, separators, marks that change direction. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** Text from a file as a message may show it: quoted, escaped, at most 60 characters. */
export function shown(text: string): string {
  const short = text.length > MOST ? `${text.slice(0, MOST)}…` : text;
  return JSON.stringify(short).replaceAll(UNPRINTABLE, escapeCharacter);
}

/** A file's or key's name: as it is, if it prints; else as {@link shown}. */
export function shownName(name: string): string {
  return /^[\w.@+/-]{1,60}$/.test(name) ? name : shown(name);
}

function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
