import { IcosError } from "@icos/system";

export interface Ownership {
  /** Permission bits, e.g. 0o755. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export type FileContent = Uint8Array;

export type TreeEntry =
  | ({ readonly kind: "directory" } & Ownership)
  | ({ readonly kind: "file"; readonly content: FileContent } & Ownership)
  | ({ readonly kind: "link"; readonly target: string } & Ownership);

const ROOT_OWNED = { uid: 0, gid: 0 };

/**
 * A file system in memory, before it becomes an image. Paths are absolute without a trailing slash. A path given
 * through a directory link (`/bin/sh` with `/bin -> usr/bin`) is resolved to the real directory.
 */
export class FileTree {
  readonly #entries = new Map<string, TreeEntry>();

  get(path: string): TreeEntry | undefined {
    return this.#entries.get(this.resolve(path));
  }

  /** Content of a regular file as text. */
  text(path: string): string | undefined {
    const entry = this.get(path);
    return entry?.kind === "file" ? Buffer.from(entry.content).toString() : undefined;
  }

  directory(path: string, mode = 0o755, owner: { uid: number; gid: number } = ROOT_OWNED): void {
    const real = this.resolve(path);
    if (real === "/") return;
    const existing = this.#entries.get(real);
    if (existing && existing.kind !== "directory")
      throw new IcosError("tree-conflict", `${path} is both a ${existing.kind} and a directory.`);
    this.#ensureParent(real);
    this.#entries.set(real, { kind: "directory", mode, ...owner });
  }

  file(
    path: string,
    content: FileContent | string,
    mode = 0o644,
    owner: { uid: number; gid: number } = ROOT_OWNED,
  ): void {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    this.#put(path, { kind: "file", content: bytes, mode, ...owner });
  }

  link(path: string, target: string): void {
    this.#put(path, { kind: "link", target, mode: 0o777, ...ROOT_OWNED });
  }

  remove(path: string): void {
    const real = this.resolve(path);
    for (const key of this.#entries.keys()) if (key === real || key.startsWith(`${real}/`)) this.#entries.delete(key);
  }

  removeWhere(unwanted: (path: string, entry: TreeEntry) => boolean): void {
    for (const [path, entry] of this.#entries) if (unwanted(path, entry)) this.remove(path);
  }

  /** All entries, parents before children, in byte order of their paths. */
  entries(): readonly (readonly [string, TreeEntry])[] {
    return [...this.#entries].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  childrenOf(directory: string): readonly string[] {
    const prefix = `${this.resolve(directory)}/`;
    return this.entries()
      .map(([path]) => path)
      .filter((path) => path.startsWith(prefix) && !path.slice(prefix.length).includes("/"));
  }

  /** The path with links in its directory part replaced by what they point to. */
  resolve(path: string): string {
    const parts = path.split("/").filter((part) => part !== "" && part !== ".");
    let current = "";
    for (const [index, part] of parts.entries()) {
      const next = `${current}/${part}`;
      const entry = this.#entries.get(next);
      const last = index === parts.length - 1;
      if (entry?.kind === "link" && !last)
        current = this.resolve(entry.target.startsWith("/") ? entry.target : normalise(`${current}/${entry.target}`));
      else current = next;
    }
    return current === "" ? "/" : current;
  }

  #put(path: string, entry: TreeEntry): void {
    const real = this.resolve(path);
    if (this.#entries.get(real)?.kind === "directory")
      throw new IcosError("tree-conflict", `${path} is both a directory and a ${entry.kind}.`);
    this.#ensureParent(real);
    this.#entries.set(real, entry);
  }

  #ensureParent(path: string): void {
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (parent !== "" && !this.#entries.has(parent)) this.directory(parent);
  }
}

function normalise(path: string): string {
  const out: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") out.pop();
    else if (part !== "" && part !== ".") out.push(part);
  }
  return `/${out.join("/")}`;
}
