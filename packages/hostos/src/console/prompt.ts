import { commonStart } from "./commands.ts";
import { COMMAND_RULES, editLine, EMPTY_LINE, visiblePart, type Line, type LineRules } from "./line-editor.ts";
import { TerminalClosed, type Terminal } from "./terminal.ts";

export interface PromptOptions {
  readonly prompt: string;
  readonly rules?: LineRules;
  /** Earlier lines, the latest last. */
  readonly history?: readonly string[];
  readonly completions?: ((line: string) => readonly string[]) | undefined;
  /** Shown behind the line while it is typed. */
  readonly hint?: ((text: string) => string) | undefined;
  /** Milliseconds after which nobody is thought to be there. */
  readonly idle: number;
}

export type PromptResult =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "cancelled" }
  /** End of input, or nobody there. */
  | { readonly kind: "left" };

/** Reads one line. Throws {@link TerminalClosed}. */
export async function readLine(terminal: Terminal, options: PromptOptions): Promise<PromptResult> {
  const { prompt, rules = COMMAND_RULES, history = [], completions, hint, idle } = options;
  let line: Line = EMPTY_LINE;
  let place = history.length;
  const draw = (): void => {
    if (!terminal.hasKey()) drawLine(terminal, prompt, line, hint?.(line.text) ?? "");
  };
  const leave = (): void => terminal.write("\r\n");
  draw();
  for (;;) {
    const key = await terminal.key({ within: idle });
    if (key === "closed") throw new TerminalClosed("The terminal was closed.");
    if (key === "timeout") {
      leave();
      return { kind: "left" };
    }
    const edit = editLine(line, key, rules);
    switch (edit.kind) {
      case "edited":
        ({ line } = edit);
        break;
      case "submitted":
        leave();
        return { kind: "line", text: edit.text };
      case "cancelled":
        leave();
        return { kind: "cancelled" };
      case "ended":
        leave();
        return { kind: "left" };
      case "complete":
        line = complete(terminal, line, completions);
        break;
      case "history": {
        place = Math.min(history.length, Math.max(0, place + edit.step));
        const text = history[place] ?? "";
        line = { text, cursor: text.length };
        break;
      }
      case "redraw":
        break;
      default:
        edit satisfies never;
    }
    draw();
  }
}

/** One row of the terminal, rewritten as a whole. */
function drawLine(terminal: Terminal, prompt: string, line: Line, hint: string): void {
  const { columns } = terminal.size();
  const part = visiblePart(line, Math.max(8, columns - prompt.length - hint.length - 3));
  const behind = hint === "" ? "" : `  ${hint}`;
  const back = part.text.length - part.cursor + behind.length;
  terminal.write(`\r${prompt}${part.text}${behind}\u001b[K${back > 0 ? `\u001b[${back}D` : ""}`);
}

function complete(terminal: Terminal, line: Line, completions: PromptOptions["completions"]): Line {
  if (completions === undefined || line.cursor !== line.text.length) return line;
  const endings = completions(line.text);
  const common = endings.length === 1 ? `${endings[0]} ` : commonStart(endings);
  if (common === "" && endings.length > 1) {
    const word = line.text.split(" ").at(-1) ?? "";
    const shown = endings.slice(0, 40).map((ending) => word + ending);
    terminal.write(`\r\n${shown.join("  ")}\r\n`);
  }
  const text = (line.text + common).slice(0, COMMAND_RULES.longest);
  return { text, cursor: text.length };
}

/** `y` or `n`; anything but yes is no. */
export async function askYesNo(terminal: Terminal, question: string, idle: number): Promise<boolean> {
  const answer = await readLine(terminal, { prompt: `${question} [y/N] `, idle });
  return answer.kind === "line" && /^y(es)?$/i.test(answer.text.trim());
}
