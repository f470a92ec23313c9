export type Style = "plain" | "title" | "good" | "waiting" | "bad" | "faint" | "bright";

export interface Span {
  readonly text: string;
  readonly style: Style;
}

/** A line of the screen; its spans are at most as wide together as the screen. */
export type StyledLine = readonly Span[];

/** SGR parameters that the Linux console, serial terminals and terminal emulators know alike. */
const SGR: Record<Style, string> = {
  plain: "",
  title: "1",
  good: "1;32",
  waiting: "1;33",
  bad: "1;31",
  faint: "2",
  bright: "1;37;40",
};

export function paintLine(line: StyledLine): string {
  return line.map(({ text, style }) => (style === "plain" ? text : `\u001b[${SGR[style]}m${text}\u001b[0m`)).join("");
}

export function plainLine(line: StyledLine): string {
  return line
    .map(({ text }) => text)
    .join("")
    .trimEnd();
}

export function widthOf(line: StyledLine): number {
  return line.reduce((sum, { text }) => sum + Array.from(text).length, 0);
}

/** Words to lines of at most `width` characters; a word that is longer is broken. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((each) => each !== "")) {
    let rest = word;
    if (line !== "" && line.length + 1 + rest.length <= width) {
      line += ` ${rest}`;
      continue;
    }
    if (line !== "") lines.push(line);
    for (; rest.length > width; rest = rest.slice(width)) lines.push(rest.slice(0, width));
    line = rest;
  }
  return line === "" ? lines : [...lines, line];
}
