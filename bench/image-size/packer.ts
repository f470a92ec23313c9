import { createReadStream } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Exec } from "@icos/system";
import { compressInFrames } from "../../packages/image/src/compress/frames.ts";

const ARCHIVE = ["tar", "--create", "--null", "--no-recursion"];

/** Compresses files as an update image is compressed, to see what they weigh in it. */
export class Packer {
  readonly #exec: Exec;
  readonly #scratch: string;
  readonly #signal: AbortSignal;

  /** `scratch` is an existing directory, where the tools see it. */
  constructor(exec: Exec, scratch: string, signal: AbortSignal) {
    this.#exec = exec;
    this.#scratch = scratch;
    this.#signal = signal;
  }

  /** Megabytes of files, named relative to a directory. */
  async weigh(directory: string, files: readonly string[]): Promise<number> {
    const [list, archive] = [join(this.#scratch, "list"), join(this.#scratch, "archive.tar")];
    await writeFile(list, files.map((file) => `${file}\0`).join(""));
    const where = [`--file=${archive}`, `--directory=${directory}`, `--files-from=${list}`];
    await this.#exec.run([...ARCHIVE, ...where], { signal: this.#signal });
    let bytes = 0;
    for await (const frame of compressInFrames(createReadStream(archive, { highWaterMark: 1 << 20 })))
      bytes += frame.length;
    return bytes / 1e6;
  }
}
