import { open } from "node:fs/promises";
import { holesOf, type Extent } from "./extents.ts";
import { findData, readFully } from "./sparse-file.ts";
import { encodeTarHeader, TAR_BLOCK, TAR_DIRECTORY, TAR_FILE, TAR_RECORD, TAR_SPARSE } from "./tar-header.ts";

export type TarSource =
  | { readonly kind: "directory"; readonly name: string }
  | { readonly kind: "bytes"; readonly name: string; readonly bytes: Uint8Array }
  /** A file of this machine; every 512-byte block of zeros in it becomes part of a hole. */
  | { readonly kind: "file"; readonly name: string; readonly path: string };

const CHUNK = 4 * 1024 * 1024;

/**
 * A GNU tar archive whose bytes depend on nothing but the names and contents given: members in the order of their
 * names' bytes, root:0, modes 0755 and 0644, time 0. It is what GNU tar 1.34 writes for sparse files with
 * `--format=gnu --sparse --hole-detection=raw --owner=root:0 --group=root:0 --mtime=@0`.
 */
export async function* writeTar(members: readonly TarSource[]): AsyncGenerator<Buffer> {
  let written = 0;
  const sorted = members.toSorted((a, b) => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)));
  for (const member of sorted) {
    for await (const bytes of memberBytes(member)) {
      written += bytes.length;
      yield bytes;
    }
  }
  const end = Math.ceil((written + 2 * TAR_BLOCK) / TAR_RECORD) * TAR_RECORD;
  yield Buffer.alloc(end - written);
}

async function* memberBytes(member: TarSource): AsyncGenerator<Buffer> {
  const { name } = member;
  switch (member.kind) {
    case "directory":
      yield encodeTarHeader({ name, type: TAR_DIRECTORY, mode: 0o755, storedSize: 0, size: 0, ranges: [] });
      return;
    case "bytes": {
      const size = member.bytes.length;
      yield encodeTarHeader({ name, type: TAR_FILE, mode: 0o644, storedSize: size, size, ranges: [] });
      yield Buffer.from(member.bytes);
      yield padding(size);
      return;
    }
    case "file":
      yield* fileBytes(name, member.path);
  }
}

async function* fileBytes(name: string, path: string): AsyncGenerator<Buffer> {
  await using file = await open(path, "r");
  const { size } = await file.stat();
  const data = await findData(file, size, TAR_BLOCK);
  const storedSize = data.reduce((sum, { length }) => sum + length, 0);
  const sparse = holesOf(data, size).length > 0;
  yield encodeTarHeader({
    name,
    type: sparse ? TAR_SPARSE : TAR_FILE,
    mode: 0o644,
    storedSize,
    size,
    ranges: sparse ? rangesOf(data, size) : [],
  });
  for (const { offset, length } of data) {
    for (let at = 0; at < length; at += CHUNK) {
      const bytes = Buffer.allocUnsafe(Math.min(CHUNK, length - at));
      await readFully(file, bytes, offset + at);
      yield bytes;
    }
  }
  yield padding(storedSize);
}

/** A file that ends with a hole has an empty range at its end. */
function rangesOf(data: readonly Extent[], size: number): readonly Extent[] {
  const last = data.at(-1);
  const end = last === undefined ? 0 : last.offset + last.length;
  return end === size ? data : [...data, { offset: size, length: 0 }];
}

function padding(size: number): Buffer {
  return Buffer.alloc((TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK);
}
