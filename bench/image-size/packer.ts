import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Exec } from "@icos/system";

const PACK = 'set -e; tar --create --file="$3.tar" --directory="$2" --null --files-from="$1"; zstd -q -19 -f "$3.tar"';

/** Packs files as an update image is packed, to see what they weigh in it. */
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
    const [list, target] = [join(this.#scratch, "list"), join(this.#scratch, "packed")];
    await writeFile(list, files.map((file) => `${file}\0`).join(""));
    await this.#exec.run(["sh", "-c", PACK, "sh", list, directory, target], { signal: this.#signal });
    return (await stat(`${target}.tar.zst`)).size / 1e6;
  }
}
