import { join } from "node:path";
import { IcosError, type Exec } from "@icos/system";
import { GRUBENV_SIZE, type GrubenvStore } from "@icos/slots";
import type { DiskAccess, DiskRange } from "./disk-image.ts";
import { locateSmallFile } from "./ext4-files.ts";

/**
 * The `grubenv` at the root of an ext4 partition of a disk that no machine uses.
 *
 * It is overwritten in place: the 1024 bytes lie in one block, file data is not in the journal (ext4's default,
 * `data=ordered`), so neither the file system nor a journal that the guest has yet to replay is touched. A write of
 * one block into the page cache is not torn by a kill of the writing process; only a power cut of the host within
 * the flush could tear it, and then at most between the two 512-byte halves, of which the first holds the state.
 */
export function diskGrubenvStore(
  disk: DiskAccess,
  partition: DiskRange,
  { directory, exec, name }: { readonly directory: string; readonly exec: Exec; readonly name: string },
): GrubenvStore {
  let offset: number | undefined;
  return {
    name,
    async read() {
      const image = await disk.ext4(partition, join(directory, "grub.ext4"));
      const found = await locateSmallFile(exec, image, "/grubenv", join(directory, "grubenv"));
      offset = found === undefined ? undefined : partition.offset + found.offset;
      return found?.content;
    },
    async write(block) {
      if (offset === undefined || block.length !== GRUBENV_SIZE) {
        throw new IcosError("grubenv-missing", `There is no ${name} to write the boot state to.`, {
          next: "Make the disk anew from its image.",
        });
      }
      await disk.write(offset, block, join(directory, "grubenv.new"));
    },
  };
}
