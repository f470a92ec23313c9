import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { IcosError, mountAll, type Clock, type Exec } from "@icos/system";
import { mountPlaces, type Layout } from "../layout.ts";
import {
  deviceMapperEnv,
  isOpen,
  mapperPath,
  noteComplete,
  openEncryptedVolume,
  type EncryptedVolume,
} from "./encrypted-volume.ts";
import { openPlainDevice, type NodeDisk } from "./node-disk.ts";
import { ensureStorePartition } from "./store-partition.ts";
import { planStore, STORE_GROUP, STORE_MAPPER, STORE_VOLUMES } from "./store-layout.ts";
import { EXT4_OPTIONS } from "./var-volume.ts";

const LVM_TRIES = 10;
const LVM_PAUSE_MS = 1000;

/** Opens the store, making it on the first boot, and mounts its volumes under `/var/lib/ic`. */
export async function mountStore(layout: Layout, exec: Exec, clock: Clock, disk: NodeDisk): Promise<string> {
  const device = await ensureStorePartition(layout, exec, disk);
  const lvm = (name: string, lines: readonly string[]): Promise<void> => runLvm(layout, exec, clock, name, lines);
  const volume: EncryptedVolume = {
    name: "store",
    device,
    mapper: STORE_MAPPER,
    allowDiscards: true,
    clearedByInstaller: false,
    fill: async (mapper) => {
      await lvm("create-store", planStore(mapper, await sizeOf(device)));
      for (const { mapper: name } of STORE_VOLUMES) {
        await exec.run(["mkfs.ext4", ...EXT4_OPTIONS, mapperPath(layout, name)]);
      }
    },
    release: () => lvm("release-store", [`vgchange --activate n ${STORE_GROUP}`]).catch(() => undefined),
  };
  const outcome = await openEncryptedVolume(layout, exec, volume);
  if (outcome === "opened") await activate(layout, lvm);
  const mounts = STORE_VOLUMES.map(({ mapper, directory }) => ({
    source: mapperPath(layout, mapper),
    target: join(layout.var, "lib/ic", directory),
    type: "auto", // ext4, or XFS on a store that upstream's GuestOS made
    options: "noatime,nosuid,nodev",
  }));
  await mountAll(mountPlaces(layout), exec, "store", mounts);
  await noteComplete(layout, volume);
  return outcome;
}

async function activate(layout: Layout, lvm: (name: string, lines: readonly string[]) => Promise<void>): Promise<void> {
  const missing = async (): Promise<string[]> => {
    const names = STORE_VOLUMES.map(({ mapper }) => mapper);
    const there = await Promise.all(names.map((name) => isOpen(layout, name)));
    return names.filter((_, index) => !there[index]);
  };
  if ((await missing()).length === 0) return;
  await lvm("activate-store", [`vgchange --activate y ${STORE_GROUP}`]);
  const absent = await missing();
  if (absent.length === 0) return;
  throw new IcosError("store-incomplete", `The store lacks the volumes ${absent.join(", ")}.`, {
    next: "Nothing was changed. Recover the node.",
    details: { absent },
  });
}

/**
 * Runs LVM commands in one process, which ends at the first that fails (commands on its standard input would not). Tries
 * again for a while: something that probes devices may hold one for a moment, and LVM then just fails.
 */
async function runLvm(layout: Layout, exec: Exec, clock: Clock, name: string, lines: readonly string[]): Promise<void> {
  const directory = join(layout.run, "guestos");
  await mkdir(directory, { recursive: true });
  const script = join(directory, `${name}.lvm`);
  await writeFile(script, ["#!/sbin/lvm", ...lines, ""].join("\n"));
  for (let attempt = 1; ; attempt++) {
    try {
      await exec.run(["lvm", script], { env: deviceMapperEnv() });
      return;
    } catch (error) {
      const busy = error instanceof IcosError && error.details["exitCode"] === 5 && attempt < LVM_TRIES;
      // A list of commands that got half way cannot simply be repeated; the next attempt of the boot starts over.
      if (!busy || lines.length > 1) throw error;
      await clock.sleep(LVM_PAUSE_MS);
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  const device = await openPlainDevice(path, { readOnly: true });
  await device.close();
  return device.size;
}
