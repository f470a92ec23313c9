import { IcosError } from "@icos/system";
import type { ExpositionLine } from "./exposition-line.ts";
import { invalid, parseLine } from "./parse-line.ts";

/** What a page may be at most; a backend is not trusted with the memory of this process. */
export interface ExpositionLimits {
  readonly bytes: number;
  readonly lineBytes: number;
  readonly samples: number;
}

/** A replica of a large subnet has a page of about 1 MiB. */
export const EXPOSITION_LIMITS: ExpositionLimits = {
  bytes: 2 * 1024 * 1024,
  lineBytes: 16 * 1024,
  samples: 40_000,
};

const LINE_FEED = 0x0a;

/**
 * Reads a page of metrics in the pieces in which it arrives and hands on each line as soon as it is complete. It keeps no
 * more than the line that is not complete yet. `write` and `end` throw `exposition-invalid`, and `exposition-too-large`
 * when a limit is passed.
 */
export class ExpositionParser {
  readonly #limits: ExpositionLimits;
  readonly #onLine: (line: ExpositionLine) => void;
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #rest: Uint8Array[] = [];
  #restBytes = 0;
  #bytes = 0;
  #samples = 0;
  #line = 0;

  constructor(limits: ExpositionLimits, onLine: (line: ExpositionLine) => void) {
    this.#limits = limits;
    this.#onLine = onLine;
  }

  write(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.bytes) throw tooLarge(`it has more than ${this.#limits.bytes} bytes`);
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#take();
      start = end + 1;
    }
    // A copy: what arrives next may be written into the same memory.
    this.#keep(Uint8Array.from(chunk.subarray(start)));
  }

  /** The last line needs no line feed. */
  end(): void {
    if (this.#restBytes > 0) this.#take();
  }

  #keep(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#rest.push(part);
    this.#restBytes += part.length;
    if (this.#restBytes > this.#limits.lineBytes)
      throw tooLarge(`line ${this.#line + 1} has more than ${this.#limits.lineBytes} bytes`);
  }

  #take(): void {
    this.#line += 1;
    const [first] = this.#rest;
    const bytes = this.#rest.length === 1 && first ? first : Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restBytes = 0;
    const line = parseLine(this.#decode(bytes), this.#line);
    if (!line) return;
    if (line.kind === "sample") this.#samples += 1;
    if (this.#samples > this.#limits.samples) throw tooLarge(`it has more than ${this.#limits.samples} samples`);
    this.#onLine(line);
  }

  #decode(bytes: Uint8Array): string {
    try {
      return this.#decoder.decode(bytes);
    } catch {
      throw invalid(this.#line, "it is not UTF-8");
    }
  }
}

function tooLarge(problem: string): IcosError {
  return new IcosError("exposition-too-large", `The page of metrics is too large: ${problem}.`);
}
