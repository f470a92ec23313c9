import { open } from "node:fs/promises";
import { IcosError, systemErrorCode } from "@icos/system";
import type { Extent } from "./extents.ts";
import { readTar, type FileChunk, type TarMember } from "./tar-read.ts";
import { decompress } from "./zstd.ts";

export type UpdateImageFile = "boot.img" | "root.img";

/** A member of an update image. An image must be read before the next member is asked for; what is left is skipped. */
export type UpdateMember =
  | { readonly kind: "version"; readonly version: string }
  | {
      readonly kind: "image";
      readonly name: UpdateImageFile;
      /** Bytes, holes included. */
      readonly size: number;
      readonly extents: readonly Extent[];
      readonly content: () => AsyncGenerator<FileChunk>;
    }
  /** Something later versions may add, e.g. upstream's `overlay.img`. */
  | { readonly kind: "other"; readonly name: string };

export interface ReadUpdateImageOptions {
  /** A command that decompresses zstd from its input to its output, e.g. `["zstd", "-dcq"]`; Node does it otherwise. */
  readonly zstd?: readonly string[] | undefined;
}

const REQUIRED = ["VERSION.TXT", "boot.img", "root.img"] as const;
const MAX_VERSION_FILE = 4096;
const READ_SIZE = 1024 * 1024;

/**
 * Reads an update image, a tar that may be compressed with zstd, from a file or a stream, in one pass. Ends only when
 * `VERSION.TXT`, `boot.img` and `root.img` were each there once and the archive was whole; otherwise throws
 * `update-image-invalid` (and `update-image-unreadable` when the file cannot be opened).
 */
export async function* readUpdateImage(
  source: string | AsyncIterable<Uint8Array>,
  options: ReadUpdateImageOptions = {},
): AsyncGenerator<UpdateMember> {
  const bytes = typeof source === "string" ? fileBytes(source) : source;
  const seen = new Set<string>();
  for await (const member of readTar(decompress(bytes, options.zstd))) {
    const name = member.name.replace(/^(\.\/)+/, "");
    if (member.kind === "directory") continue;
    if (seen.has(name)) throw invalid(`${name} is in it twice`);
    seen.add(name);
    yield await toUpdateMember(name, member);
  }
  const missing = REQUIRED.filter((name) => !seen.has(name));
  if (missing.length > 0) throw invalid(`${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} missing`);
}

/** The version an update image says it is. Reads no further than `VERSION.TXT`. */
export async function readUpdateImageVersion(
  source: string | AsyncIterable<Uint8Array>,
  options: ReadUpdateImageOptions = {},
): Promise<string> {
  for await (const member of readUpdateImage(source, options)) if (member.kind === "version") return member.version;
  throw invalid("VERSION.TXT is missing");
}

async function toUpdateMember(name: string, member: TarMember): Promise<UpdateMember> {
  const { size, extents, content } = member;
  switch (name) {
    case "VERSION.TXT":
      return { kind: "version", version: await readVersion(member) };
    case "boot.img":
    case "root.img":
      return { kind: "image", name, size, extents, content };
    default:
      return { kind: "other", name };
  }
}

async function readVersion(member: TarMember): Promise<string> {
  if (member.size > MAX_VERSION_FILE) throw invalid(`VERSION.TXT has ${member.size} bytes`);
  const text = Buffer.alloc(member.size);
  for await (const { offset, bytes } of member.content()) bytes.copy(text, offset);
  const version = text.toString("latin1").trim();
  if (!isVersion(version)) throw invalid(`VERSION.TXT says ${JSON.stringify(version)}, which is no version`);
  return version;
}

/** A version: one word of printable ASCII, usually a Git commit. */
export function isVersion(version: string): boolean {
  return /^[!-~]{1,200}$/.test(version);
}

async function* fileBytes(path: string): AsyncGenerator<Buffer> {
  await using file = await open(path, "r").catch((cause: unknown) => {
    const why = systemErrorCode(cause) === "ENOENT" ? "it does not exist" : String(cause);
    throw new IcosError("update-image-unreadable", `The update image ${path} cannot be opened: ${why}.`, {
      place: { file: path },
      cause,
    });
  });
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(READ_SIZE), 0, READ_SIZE, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}

function invalid(what: string): IcosError {
  return new IcosError("update-image-invalid", `The update image is not valid: ${what}.`, {
    next: "Fetch the image again, or build it again.",
  });
}
