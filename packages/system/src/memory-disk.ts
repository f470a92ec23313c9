import { dirname, basename } from "node:path";
import type { DurableFiles } from "./durable-files.ts";

type Entry = Directory | { readonly kind: "file"; content: Buffer; readonly mode: number };
type Change = (entries: Map<string, Entry>) => void;

/** What a directory shows now, what of it would survive a power loss, and the changes in between, in order. */
interface Directory {
  readonly kind: "directory";
  live: Map<string, Entry>;
  durable: Map<string, Entry>;
  pending: Change[];
}

const newDirectory = (): Directory => ({ kind: "directory", live: new Map(), durable: new Map(), pending: [] });

/** The machine stopped in the middle of an operation. */
export class Stopped extends Error {}

/** Numbers in [0, 1) that are the same for the same seed. */
export type Random = () => number;

/**
 * A disk that can stop at any operation. A power loss keeps, of each directory, what was synced and some first part of the
 * changes since; file contents are durable from `create` on, but their names are not. A killed program loses nothing.
 */
export class MemoryDisk implements DurableFiles {
  readonly #root = newDirectory();
  readonly #random: Random;
  /** How many more operations succeed. */
  operationsLeft = Infinity;
  operations = 0;

  constructor(random: Random, directory: string) {
    this.#random = random;
    const made = newDirectory();
    this.#change(this.#root, (entries) => entries.set(directory, made));
    this.#sync(this.#root);
  }

  powerLoss(): void {
    this.#lose(this.#root);
  }

  list(directory: string): readonly string[] | undefined {
    this.#step();
    const found = this.#find(directory);
    return found?.kind === "directory" ? [...found.live.keys()] : undefined;
  }

  exists(path: string): boolean {
    this.#step();
    return this.#find(path) !== undefined;
  }

  read(path: string): Buffer {
    this.#step();
    const found = this.#find(path);
    if (found?.kind !== "file") throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
    return found.content;
  }

  async makeDirectory(path: string, _mode: number): Promise<void> {
    const parent = this.#newName(path);
    const made = newDirectory();
    this.#apply(() => this.#change(parent, (entries) => entries.set(basename(path), made)));
  }

  async create(path: string, content: Uint8Array, mode: number): Promise<void> {
    const parent = this.#newName(path);
    const file = { kind: "file" as const, content: Buffer.alloc(0), mode };
    this.#apply(() => this.#change(parent, (entries) => entries.set(basename(path), file)));
    this.#apply(() => (file.content = Buffer.from(content.subarray(0, content.length / 2))));
    this.#apply(() => (file.content = Buffer.from(content)));
  }

  async syncDirectory(path: string): Promise<void> {
    this.#apply(() => this.#sync(this.#directory(path)));
  }

  async rename(from: string, to: string): Promise<void> {
    const parent = this.#directory(dirname(from));
    const target = this.#find(to);
    if (target?.kind === "directory" && target.live.size > 0) throw new Error(`ENOTEMPTY: ${to}`);
    this.#apply(() =>
      this.#change(parent, (entries) => {
        const moved = entries.get(basename(from));
        entries.delete(basename(from));
        if (moved) entries.set(basename(to), moved);
      }),
    );
  }

  async removeTree(path: string): Promise<void> {
    const found = this.#find(path);
    if (found?.kind === "directory") {
      for (const name of found.live.keys()) {
        this.#apply(() => this.#change(found, (entries) => entries.delete(name)));
      }
    }
    this.#apply(() => this.#change(this.#directory(dirname(path)), (entries) => entries.delete(basename(path))));
  }

  /** The operation may or may not have happened when the machine stops in it. */
  #apply(operation: () => unknown): void {
    if (this.operationsLeft === 0 && this.#random() < 0.5) operation();
    this.#step();
    operation();
  }

  #step(): void {
    if (this.operationsLeft <= 0) throw new Stopped("The machine stopped.");
    this.operationsLeft -= 1;
    this.operations += 1;
  }

  #change(directory: Directory, change: Change): void {
    change(directory.live);
    directory.pending.push(change);
  }

  #sync(directory: Directory): void {
    directory.durable = new Map(directory.live);
    directory.pending = [];
  }

  #lose(directory: Directory): void {
    const kept = Math.floor(this.#random() * (directory.pending.length + 1));
    for (const change of directory.pending.slice(0, kept)) change(directory.durable);
    directory.live = new Map(directory.durable);
    directory.pending = [];
    for (const entry of directory.live.values()) if (entry.kind === "directory") this.#lose(entry);
  }

  #find(path: string): Entry | undefined {
    const parent = this.#root.live.has(path) ? this.#root : this.#find(dirname(path));
    if (parent === this.#root) return this.#root.live.get(path);
    return parent?.kind === "directory" ? parent.live.get(basename(path)) : undefined;
  }

  #directory(path: string): Directory {
    const found = this.#find(path);
    if (found?.kind !== "directory") throw new Error(`ENOENT: ${path}`);
    return found;
  }

  #newName(path: string): Directory {
    const parent = this.#directory(dirname(path));
    if (parent.live.has(basename(path))) throw new Error(`EEXIST: ${path}`);
    return parent;
  }
}

/** A small generator (mulberry32): the same numbers for the same seed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The same files without their directories ever being synchronised: what a simulation of crashes has to notice. */
export function withoutDirectorySync(files: DurableFiles): DurableFiles {
  return {
    list: (path) => files.list(path),
    exists: (path) => files.exists(path),
    read: (path) => files.read(path),
    makeDirectory: (path, mode) => files.makeDirectory(path, mode),
    create: (path, content, mode) => files.create(path, content, mode),
    syncDirectory: async () => undefined,
    rename: (from, to) => files.rename(from, to),
    removeTree: (path) => files.removeTree(path),
  };
}
