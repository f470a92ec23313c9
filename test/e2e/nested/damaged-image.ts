import { createWriteStream } from "node:fs";
import { mkdtempDisposable, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";
import { readUpdateImage, writeUpdateImageTar } from "@icos/slots";

/** In the superblock of erofs, which is the first that is read through dm-verity. */
const DAMAGED_BYTE = 1100;

/** Writes an update image with the same content under another version, and one bit of its root file system changed. */
export async function writeDamagedImage(image: string, target: string, version: string): Promise<void> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "icos-damaged-"));
  const file = (name: string): string => join(directory.path, name);
  for await (const member of readUpdateImage(image)) {
    if (member.kind !== "image") continue;
    await using part = await open(file(member.name), "w");
    await part.truncate(member.size);
    for await (const { offset, bytes } of member.content()) await part.write(bytes, 0, bytes.length, offset);
  }
  {
    await using root = await open(file("root.img"), "r+");
    const { buffer } = await root.read(Buffer.alloc(1), 0, 1, DAMAGED_BYTE);
    buffer[0] = (buffer[0] ?? 0) ^ 1;
    await root.write(buffer, 0, 1, DAMAGED_BYTE);
  }
  const fast = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  const tar = writeUpdateImageTar({ version, boot: file("boot.img"), root: file("root.img") });
  await pipeline(tar, fast, createWriteStream(target));
}
