import type { ReadStream, WriteStream } from "node:tty";
import { KeyQueue } from "./key-queue.ts";
import type { Terminal } from "./terminal.ts";

const LARGEST = { columns: 500, rows: 200 };

/**
 * The terminal of this process, in raw mode: no key makes the kernel send a signal, stop the output or end the input.
 * `form` is what the terminal is used as.
 */
export function openTerminal(input: ReadStream, output: WriteStream, form: Terminal["form"]): Terminal {
  const keys = new KeyQueue();
  input.setRawMode(true);
  input.on("data", (bytes: Buffer) => keys.push(bytes));
  for (const event of ["end", "close", "error"]) input.on(event, () => keys.close());
  output.on("error", () => keys.close());
  return {
    form,
    size() {
      const [columns, rows] = output.getWindowSize();
      return { columns: within(columns, 20, LARGEST.columns, 80), rows: within(rows, 5, LARGEST.rows, 25) };
    },
    write: (text) => void output.write(text),
    hasKey: () => keys.waiting > 0,
    key: (options) => keys.next(options),
  };
}

/** A serial line says that it has no size; anybody can say that a terminal has any. */
function within(value: number | undefined, least: number, most: number, otherwise: number): number {
  return value === undefined || !(value > 0) ? otherwise : Math.min(most, Math.max(least, value));
}
