import type { Clock } from "@icos/system";
import { cleanText } from "./clean-text.ts";
import type { Observer } from "./observer.ts";
import { paintPage, statusLine } from "./status-text.ts";
import { TerminalClosed, type Terminal } from "./terminal.ts";

const LOOK_EVERY_MS = 2_000;
/** What others have written over the page (kernel, notices of the guest) stays readable for this long. */
const REPAINT_EVERY_MS = 10_000;

/** Shows the state of the node until somebody wants the console. */
export async function showStatus(terminal: Terminal, observer: Observer, clock: Clock): Promise<void> {
  let shown: string | undefined;
  let paintedAt = -Infinity;
  if (terminal.form === "screen") terminal.write("\u001b[0m\u001b[2J\u001b[?25l");
  try {
    for (;;) {
      const status = await observer.look();
      const now = clock.now();
      const text = terminal.form === "screen" ? paintPage(status, terminal.size()) : lineFor(statusLine(status));
      const overdue = terminal.form === "screen" && now - paintedAt >= REPAINT_EVERY_MS;
      if (text !== shown || overdue) {
        terminal.write(text);
        shown = text;
        paintedAt = now;
      }
      const key = await terminal.key({ within: LOOK_EVERY_MS });
      if (key === "closed") throw new TerminalClosed("The terminal was closed.");
      if (key === "timeout") continue;
      if (key.kind === "enter") return;
      if (key.kind === "redraw") shown = undefined;
    }
  } finally {
    if (terminal.form === "screen") terminal.write("\u001b[0m\u001b[2J\u001b[H\u001b[?25h");
  }
}

function lineFor(text: string): string {
  return `\r\n${cleanText(text).replaceAll("\n", " ")}\r\nPress Enter for the console.\r\n`;
}
