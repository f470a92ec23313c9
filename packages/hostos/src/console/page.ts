import { cleanLine } from "./clean-text.ts";
import type { Explanation } from "./explain.ts";
import { qrLines } from "./qr.ts";
import { widthOf, wrap, type Style, type StyledLine } from "./styled-line.ts";

/** What stands on the page beside the explanation; what is not known is left out. */
export interface NodeFacts {
  readonly nodeId: string | undefined;
  readonly hostIpv6: string | undefined;
  readonly guestIpv6: string | undefined;
  readonly hostVersion: string | undefined;
  readonly hostSlot: string | undefined;
  readonly mgmtMac: string | undefined;
  /** As it is shown, e.g. `2027-01-15 08:00 UTC`. */
  readonly time: string;
}

export interface PageSize {
  readonly columns: number;
  readonly rows: number;
}

const MARGIN = 1;
const GAP = 2;

/**
 * The status page: exactly `rows` lines, none wider than `columns`. From 80x24 on the node id is there as a QR code,
 * too; below that size the code is left out, because half a code cannot be read.
 */
export function renderPage(
  { tone, title, story, next, notices }: Explanation,
  facts: NodeFacts,
  { columns, rows }: PageSize,
): readonly StyledLine[] {
  const code = facts.nodeId === undefined ? [] : qrLines(facts.nodeId);
  const codeWidth = code[0]?.length ?? 0;
  const nodeLines = nodeIdLines(facts.nodeId, columns);
  const bodyRows = Math.max(0, rows - 3 - nodeLines.length);
  const withCode = codeWidth > 0 && code.length <= bodyRows && columns - codeWidth - GAP - MARGIN >= 40;
  const textWidth = columns - MARGIN - (withCode ? codeWidth + GAP : MARGIN);

  const text: StyledLine[] = [[], [{ text: title, style: tone }], []];
  const paragraph = (words: string, style: Style): void => {
    for (const line of wrap(words, textWidth)) text.push([{ text: line, style }]);
  };
  paragraph(story, "plain");
  if (next !== undefined) {
    text.push([]);
    paragraph(next, "title");
  }
  for (const notice of notices) {
    text.push([]);
    paragraph(notice, "waiting");
  }
  const details = factLines(facts, textWidth);
  const room = bodyRows - details.length;
  const shownText = text.slice(0, Math.max(0, room));
  const padding = Array.from({ length: Math.max(0, room - shownText.length) }, (): StyledLine => []);
  const body = [...shownText, ...padding, ...details];

  const lines: StyledLine[] = [header(facts, columns)];
  for (let row = 0; row < bodyRows; row++) {
    const left = indented(body[row] ?? []);
    lines.push(withCode ? beside(left, code[row] ?? "", columns, codeWidth) : left);
  }
  lines.push(...nodeLines.map(indented), rule(columns));
  lines.push(indented([{ text: "Press Enter for the console.", style: "plain" }]));
  return lines.slice(0, rows);
}

function header({ hostVersion, hostSlot, time }: NodeFacts, columns: number): StyledLine {
  const version = hostVersion === undefined ? "" : ` ${cleanLine(hostVersion, 40).slice(0, 12)}`;
  const name = ` Internet Computer node  HostOS${version}${hostSlot === undefined ? "" : ` (${hostSlot})`}`;
  const right = `${time} `;
  const space = Math.max(1, columns - name.length - right.length);
  const all = `${name}${" ".repeat(space)}${right}`.slice(0, columns);
  return [{ text: all, style: "faint" }];
}

function factLines({ hostIpv6, guestIpv6, mgmtMac }: NodeFacts, width: number): readonly StyledLine[] {
  const lines: StyledLine[] = [];
  for (const [name, value] of [
    ["guest", guestIpv6],
    ["host", hostIpv6],
    ["mac", mgmtMac],
  ] as const) {
    if (value === undefined) continue;
    const shown = cleanLine(value, width);
    const label = `${name.padEnd(5)}  `;
    if (label.length + shown.length <= width) {
      lines.push([
        { text: label, style: "faint" },
        { text: shown, style: "plain" },
      ]);
    } else lines.push([{ text: name, style: "faint" }], [{ text: shown, style: "plain" }]);
  }
  return lines;
}

/** On one line if there is room; otherwise broken after a dash, so that no group of five is torn. */
function nodeIdLines(nodeId: string | undefined, columns: number): readonly StyledLine[] {
  if (nodeId === undefined) return [[]];
  const label = "Node  ";
  const lines: string[] = [];
  let line = "";
  for (const part of cleanLine(nodeId, 200).split(/(?<=-)/)) {
    if (line !== "" && label.length + line.length + part.length > columns - 2 * MARGIN) {
      lines.push(line);
      line = "";
    }
    line += part;
  }
  return [...lines, line].map((text, index) => [
    { text: index === 0 ? label : " ".repeat(label.length), style: "faint" },
    { text, style: "title" },
  ]);
}

function indented(line: StyledLine): StyledLine {
  return line.length === 0 ? line : [{ text: " ".repeat(MARGIN), style: "plain" }, ...line];
}

function beside(left: StyledLine, code: string, columns: number, codeWidth: number): StyledLine {
  if (code === "") return left;
  const space = columns - codeWidth - widthOf(left);
  return [...left, { text: " ".repeat(Math.max(0, space)), style: "plain" }, { text: code, style: "bright" }];
}

function rule(columns: number): StyledLine {
  return [{ text: "─".repeat(columns), style: "faint" }];
}
