import type { Key } from "./keys.ts";
import type { PageSize } from "./page.ts";

/** The screen and keyboard that the console has. */
export interface Terminal {
  /** A screen is repainted in place; a line, e.g. a serial one that somebody records, only gets more lines. */
  readonly form: "screen" | "line";
  size(): PageSize;
  write(text: string): void;
  /** Whether a key is there already, so that drawing can wait for the last one of a paste. */
  hasKey(): boolean;
  /** The next key; `timeout` after `within` milliseconds or when aborted; `closed` when nobody is there any more. */
  key(options?: KeyOptions): Promise<Key | "timeout" | "closed">;
}

export interface KeyOptions {
  readonly within?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The person at the terminal has gone; the console ends and systemd starts a new one. */
export class TerminalClosed extends Error {
  override readonly name = "TerminalClosed";
}
