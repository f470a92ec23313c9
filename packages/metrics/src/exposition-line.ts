import { formatLabels } from "@icos/system";

/** A value of a metric as a backend wrote it. */
export interface ExpositionSample {
  readonly kind: "sample";
  readonly name: string;
  /** In the order of the line; no name twice. */
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  /** The value as it was written: what is passed on unchanged keeps every digit. */
  readonly text: string;
  /** Milliseconds since the epoch, as written. */
  readonly timestamp: string | undefined;
}

/** `# HELP` and `# TYPE`; they stand before the samples of their metric. `text` is as written, escapes and all. */
export interface ExpositionHeader {
  readonly kind: "help" | "type";
  readonly name: string;
  readonly text: string;
}

export type ExpositionLine = ExpositionSample | ExpositionHeader;

/** What tells two samples of a page apart. */
export function seriesOf({ name, labels }: ExpositionSample): string {
  return name + formatLabels(Object.fromEntries(labels));
}

/** The line with its line feed. */
export function formatLine(line: ExpositionLine): string {
  switch (line.kind) {
    case "sample":
      return `${seriesOf(line)} ${line.text}${line.timestamp === undefined ? "" : ` ${line.timestamp}`}\n`;
    case "help":
    case "type":
      return `# ${line.kind.toUpperCase()} ${line.name} ${line.text}\n`;
    default:
      return line satisfies never;
  }
}
