import { cleanText } from "./clean-text.ts";
import { TerminalClosed, type Terminal } from "./terminal.ts";

const MORE = "-- more: any key; q ends --";

/**
 * Shows text of others, a screen at a time: consoles do not scroll back. Lines are broken here, because a terminal that
 * does it itself would make more rows of them than are counted.
 */
export async function showText(terminal: Terminal, text: string, idle: number): Promise<void> {
  const { columns, rows } = terminal.size();
  const lines = cleanText(text)
    .replaceAll("\t", "    ")
    .trimEnd()
    .split("\n")
    .flatMap((line) => line.match(new RegExp(`.{1,${columns}}`, "gu")) ?? [""]);
  const room = Math.max(1, rows - 1);
  for (let at = 0; at < lines.length; at += room) {
    terminal.write(`${lines.slice(at, at + room).join("\r\n")}\r\n`);
    if (terminal.form === "line" || at + room >= lines.length) continue;
    terminal.write(MORE);
    const key = await terminal.key({ within: idle });
    terminal.write(`\r\u001b[K`);
    if (key === "closed") throw new TerminalClosed("The terminal was closed.");
    if (key === "timeout" || key.kind === "interrupt" || key.kind === "escape") return;
    if (key.kind === "character" && key.character.toLowerCase() === "q") return;
  }
}
