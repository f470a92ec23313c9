import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract, pack } from "tar-stream";
import { IcosError } from "@icos/system";
import type { FileTree, TreeEntry } from "./file-tree.ts";

/** Adds the members of a tar stream to the tree; devices and FIFOs are left out, hard links become copies. */
export async function readTarInto(tree: FileTree, stream: Readable): Promise<void> {
  const parser = extract();
  const done = pipeline(stream, parser);
  for await (const member of parser) {
    const { name, type, mode, uid, gid, linkname } = member.header;
    const path = `/${name.replace(/^\.?\//, "").replace(/\/$/, "")}`;
    const owner = { uid, gid };
    if (type === "directory") {
      if (path !== "/" && tree.get(path)?.kind !== "link") tree.directory(path, mode & 0o7777, owner);
      member.resume();
    } else if (type === "symlink") {
      tree.link(path, linkname ?? "");
      member.resume();
    } else if (type === "link") {
      const target = tree.get(`/${(linkname ?? "").replace(/^\.?\//, "")}`);
      if (target?.kind !== "file")
        throw new IcosError("bad-archive", `${path} is a hard link to ${linkname}, which came not before it.`);
      tree.file(path, target.content, target.mode, target);
      member.resume();
    } else if (type === "file" || type === "contiguous-file") {
      const chunks: Uint8Array[] = [];
      for await (const chunk of member as AsyncIterable<Uint8Array>) chunks.push(chunk);
      tree.file(path, chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks), mode & 0o7777, owner);
    } else member.resume();
  }
  await done;
}

/** Writes the tree as a tar whose bytes depend on nothing but the tree: sorted, one time for all, numeric owners. */
export async function writeTar(tree: FileTree, file: string, mtime: Date): Promise<void> {
  const archive = pack({ highWaterMark: 1 << 20 });
  const written = pipeline(archive, createWriteStream(file, { highWaterMark: 4 << 20 }));
  const root: readonly [string, TreeEntry] = ["/", { kind: "directory", mode: 0o755, uid: 0, gid: 0 }];
  for (const [path, entry] of [root, ...tree.entries()]) {
    const header = { name: `.${path}`, mode: entry.mode, uid: entry.uid, gid: entry.gid, mtime, uname: "", gname: "" };
    await new Promise<void>((resolve, reject) => {
      const next = (error?: Error | null): void => (error ? reject(error) : resolve());
      if (entry.kind === "directory") archive.entry({ ...header, type: "directory" }, next);
      else if (entry.kind === "link") archive.entry({ ...header, type: "symlink", linkname: entry.target }, next);
      else
        archive.entry(
          { ...header, type: "file", size: entry.content.length },
          Buffer.from(entry.content.buffer, entry.content.byteOffset, entry.content.length),
          next,
        );
    });
  }
  archive.finalize();
  await written;
}
