import type { Status } from "./observer.ts";
import { renderPage, type PageSize } from "./page.ts";
import { qrLines } from "./qr.ts";
import { paintLine } from "./styled-line.ts";

/** The page for a screen of this size, with the escape sequences that paint it in place, without clearing it first. */
export function paintPage({ explanation, facts }: Status, size: PageSize): string {
  const lines = renderPage(explanation, facts, size).map(paintLine);
  return lines.map((line, row) => `\u001b[${row + 1};1H${line}\u001b[0m\u001b[K`).join("") + "\u001b[J";
}

/** One line for a terminal that only gets more lines. */
export function statusLine({ explanation: { title, story, next } }: Status): string {
  return `Node: ${title}. ${story}${next === undefined ? "" : ` ${next}`}`;
}

/** The same as the page, as text of any length. */
export function statusText(status: Status): string {
  const { explanation, facts } = status;
  const rows: (readonly [string, string | undefined])[] = [
    ["Node id", facts.nodeId],
    ["Guest", facts.guestIpv6],
    ["Host", facts.hostIpv6],
    ["HostOS", facts.hostVersion],
    ["Slot", facts.hostSlot],
    ["MAC", facts.mgmtMac],
    ["Time", facts.time],
  ];
  const { title, story, next, notices } = explanation;
  return [
    title,
    story,
    ...(next === undefined ? [] : [next]),
    ...notices,
    "",
    ...rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(8)} ${value}`])),
    ...(facts.nodeId === undefined ? [] : ["", ...qrLines(facts.nodeId)]),
  ].join("\n");
}

export function statusJson({ explanation, facts }: Status): string {
  return JSON.stringify({ ...explanation, ...facts }, null, 2);
}
