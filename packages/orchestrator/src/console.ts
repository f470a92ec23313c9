import type { LineSink } from "@icos/system";

/** What an operator sees on the screen of the machine: plain lines, also in the journal. */
export interface Console {
  line(text: string): void;
}

/** Upstream's limit for an error that is shown on the console; the journal has all of it. */
const ERROR_LIMIT = 1500;

export function createConsole(sink: LineSink): Console {
  return { line: (text) => void sink.write(`${text.replaceAll("\r", "").trimEnd()}\n`) };
}

export const shortened = (text: string): string =>
  text.length > ERROR_LIMIT ? `${text.slice(0, ERROR_LIMIT)}…` : text;
