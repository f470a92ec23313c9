import { IcosError } from "@icos/system";
import { writeTar } from "./tar-write.ts";
import { isVersion } from "./update-image-read.ts";

export interface UpdateImageSources {
  readonly version: string;
  /** Path of the boot file system's image. */
  readonly boot: string;
  /** Path of the root file system's image with its hash tree. */
  readonly root: string;
}

/**
 * The update image before its compression, as a stream. Members: `./`, `VERSION.TXT`, `boot.img`, `root.img`; the
 * same bytes for the same content. (Compress it with the pinned `zstd`: Node's output is not stable.)
 */
export function writeUpdateImageTar({ version, boot, root }: UpdateImageSources): AsyncGenerator<Buffer> {
  if (!isVersion(version)) throw new IcosError("version-invalid", `${JSON.stringify(version)} is no version.`);
  return writeTar([
    { kind: "directory", name: "./" },
    { kind: "bytes", name: "VERSION.TXT", bytes: Buffer.from(`${version}\n`) },
    { kind: "file", name: "boot.img", path: boot },
    { kind: "file", name: "root.img", path: root },
  ]);
}
