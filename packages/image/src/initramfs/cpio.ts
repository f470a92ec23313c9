import type { FileTree, TreeEntry } from "../rootfs/file-tree.ts";

const TYPE_BITS = { directory: 0o040000, file: 0o100000, link: 0o120000 } as const;

/** The tree as a `newc` archive (kernel `Documentation/driver-api/early-userspace/buffer-format.rst`), all times zero. */
export function renderCpio(tree: FileTree): Buffer {
  const parts: Buffer[] = [];
  let inode = 1;
  for (const [path, entry] of tree.entries()) parts.push(member(path.slice(1), entry, inode++));
  parts.push(header("TRAILER!!!", 0, 0, 0, 1, 0));
  const archive = Buffer.concat(parts);
  return Buffer.concat([archive, Buffer.alloc(padding(archive.length, 512))]);
}

function member(name: string, entry: TreeEntry, inode: number): Buffer {
  const body =
    entry.kind === "file" ? Buffer.from(entry.content) : Buffer.from(entry.kind === "link" ? entry.target : "");
  const links = entry.kind === "directory" ? 2 : 1;
  return Buffer.concat([
    header(name, inode, TYPE_BITS[entry.kind] | entry.mode, body.length, links, entry.uid, entry.gid),
    body,
    Buffer.alloc(padding(body.length, 4)),
  ]);
}

function header(name: string, inode: number, mode: number, size: number, links: number, uid: number, gid = 0): Buffer {
  const fields = [inode, mode, uid, gid, links, 0, size, 0, 0, 0, 0, Buffer.byteLength(name) + 1, 0];
  const text = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}${name}\0`;
  const bytes = Buffer.from(text);
  return Buffer.concat([bytes, Buffer.alloc(padding(bytes.length, 4))]);
}

function padding(length: number, alignment: number): number {
  return (alignment - (length % alignment)) % alignment;
}
