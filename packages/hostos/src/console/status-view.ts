import type { Clock } from "@icos/system";
import { cleanText } from "./clean-text.ts";
import type { Observer } from "./observer.ts";
import { paintPage, statusLine } from "./status-text.ts";
import { TerminalClosed, type Terminal } from "./terminal.ts";

const LOOK_EVERY_MS = 5_000;
/** What others have written over the page (kernel, notices of the guest) stays readable for this long. */
const REPAINT_EVERY_MS = 10_000;
/** On a line, what only got older (a duration, the time of the next try) is told again this often. */
const REPEAT_EVERY_MS = 60_000;

/** Shows the state of the node until somebody wants the console. */
export async function showStatus(terminal: Terminal, observer: Observer, clock: Clock): Promise<void> {
  const screen = terminal.form === "screen";
  let shown: { readonly text: string; readonly kind: string; readonly at: number } | undefined;
  if (screen) terminal.write("\u001b[0m\u001b[2J\u001b[?25l");
  try {
    for (;;) {
      const status = await observer.look();
      const at = clock.now();
      const { kind } = status.explanation;
      const text = screen ? paintPage(status, terminal.size()) : lineFor(statusLine(status));
      const age = shown === undefined ? Infinity : at - shown.at;
      const changed = text !== shown?.text;
      const due = screen
        ? changed || age >= REPAINT_EVERY_MS
        : kind !== shown?.kind || (changed && age >= REPEAT_EVERY_MS);
      if (due) {
        terminal.write(text);
        shown = { text, kind, at };
      }
      const key = await terminal.key({ within: LOOK_EVERY_MS });
      if (key === "closed") throw new TerminalClosed("The terminal was closed.");
      if (key === "timeout") continue;
      if (key.kind === "enter") return;
      if (key.kind === "redraw") shown = undefined;
    }
  } finally {
    if (screen) terminal.write("\u001b[0m\u001b[2J\u001b[H\u001b[?25h");
  }
}

function lineFor(text: string): string {
  return `\r\n${cleanText(text).replaceAll("\n", " ")}\r\nPress Enter for the console.\r\n`;
}
