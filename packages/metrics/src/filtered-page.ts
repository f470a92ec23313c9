import { formatLine, type ExpositionHeader, type ExpositionLine } from "./exposition-line.ts";
import type { PageFilter } from "./metric-filter.ts";

const FLUSH_AT = 64 * 1024;
const SUFFIXES = ["", "_bucket", "_sum", "_count"];

/** Makes a page of what a filter shows; a header is written when a sample of its metric is. */
export class FilteredPage {
  readonly #filter: PageFilter | undefined;
  readonly #parts: Buffer[] = [];
  #text = "";
  #headers: ExpositionHeader[] = [];

  /** Without a filter the page has everything. */
  constructor(filter?: PageFilter) {
    this.#filter = filter;
  }

  add(line: ExpositionLine): void {
    if (line.kind !== "sample") {
      this.#headers = [...this.#headers.filter((known) => known.name === line.name && known.kind !== line.kind), line];
      return;
    }
    const shown = this.#filter ? this.#filter.show(line) : line;
    if (!shown) return;
    const own = this.#headers.filter(({ name }) => SUFFIXES.some((suffix) => name + suffix === shown.name));
    this.#headers = [];
    this.#text += [...own, shown].map(formatLine).join("");
    if (this.#text.length >= FLUSH_AT) this.#flush();
  }

  finish(): Buffer {
    this.#flush();
    this.#filter?.done();
    return Buffer.concat(this.#parts);
  }

  #flush(): void {
    this.#parts.push(Buffer.from(this.#text));
    this.#text = "";
  }
}
