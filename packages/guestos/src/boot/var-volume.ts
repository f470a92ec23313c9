import { mountAll, type Exec } from "@icos/system";
import { slotPartition, type Slot } from "@icos/slots";
import { mountPlaces, type Layout } from "../layout.ts";
import { mapperPath, noteComplete, openEncryptedVolume, type EncryptedVolume } from "./encrypted-volume.ts";
import { requirePartition, type NodeDisk } from "./node-disk.ts";

const MAPPER = "var_crypt";

/** Nothing is zeroed at creation; the kernel initialises the tables later, in the background. */
export const EXT4_OPTIONS = ["-q", "-F", "-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard"] as const;

/** Opens and mounts the running slot's `/var`; a new one starts as a copy of the image's own `/var`. */
export async function mountVar(layout: Layout, exec: Exec, disk: NodeDisk, slot: Slot): Promise<string> {
  const device = await requirePartition(layout, disk, slotPartition(slot, "var").number);
  const volume: EncryptedVolume = {
    name: `${slot}_var`,
    device,
    mapper: MAPPER,
    allowDiscards: false,
    clearedByInstaller: true,
    fill: async (mapper) => {
      await exec.run(["mkfs.ext4", ...EXT4_OPTIONS, "-d", layout.var, mapper]);
    },
    release: async () => undefined, // it is mounted only when it is complete
  };
  const outcome = await openEncryptedVolume(layout, exec, volume);
  const source = mapperPath(layout, MAPPER);
  await mountAll(mountPlaces(layout), exec, "var", [
    { source, target: layout.var, type: "ext4", options: "noatime,nosuid,nodev" },
  ]);
  await noteComplete(layout, volume);
  return outcome;
}
