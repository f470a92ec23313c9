import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];

/** What a command may use of the process: results go to `out`, everything else to `err`. */
export interface CliContext {
  readonly env: NodeJS.ProcessEnv;
  readonly uid: number;
  /** Somebody is there to answer and to watch. */
  readonly interactive: boolean;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  out(text: string): void;
  err(text: string): void;
  /** Colours for `out`, when it is a terminal that shows them. */
  style(style: Style, text: string): string;
  /** Width of the terminal behind `out`; undefined when it is none. */
  readonly columns: number | undefined;
}

export function processContext(signal: AbortSignal): CliContext {
  return {
    env: process.env,
    uid: process.getuid?.() ?? 0,
    interactive: process.stdin.isTTY && process.stderr.isTTY && !process.env["CI"],
    signal,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    style: (style, text) => styleText(style, text, { stream: process.stdout }),
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
  };
}
