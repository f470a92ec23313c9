import { existsSync } from "node:fs";
import { rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openBlockDevice, readGpt, SECTOR_SIZE } from "@icos/slots";
import { IcosError, type Clock, type Exec, type Phase } from "@icos/system";
import { planUpgradeDisk, UPGRADE_DEVICES, type MappedDevice } from "./plan-upgrade-disk.ts";

export interface UpgradeDiskContext {
  readonly exec: Exec;
  readonly clock: Clock;
  /** `/dev`. */
  readonly dev: string;
  /** The guest's volume. */
  readonly device: string;
  /** In memory; a sparse file there is the scratch space. */
  readonly run: string;
  scratch?: string;
  devices?: readonly MappedDevice[];
}

/** What the upgrade VM may write to the store (upstream). When it is full, the VM gets I/O errors, and the store is as it was. */
const SCRATCH_BYTES = 512 * 1024 * 1024;
const REMOVE_TRIES = 10;
const REMOVE_WAIT_MS = 2_000;

/** Makes the disk of the upgrade VM. What an earlier run has left is removed first. */
export const CREATE_UPGRADE_DISK: readonly Phase<UpgradeDiskContext>[] = [
  { name: "remove what is left", run: removeUpgradeDisk },
  {
    name: "scratch space",
    async run(context) {
      const { exec, run } = context;
      const file = join(run, "scratch");
      await writeFile(file, "", { mode: 0o600 });
      await truncate(file, SCRATCH_BYTES);
      const { stdout } = await exec.run(["losetup", "--find", "--show", file]);
      const [device] = loopDevices(stdout);
      if (device === undefined) {
        throw new IcosError("unexpected-output", "losetup does not say which loop device it has made.");
      }
      context.scratch = device;
      return device;
    },
  },
  {
    name: "plan",
    async run(context) {
      const { device, scratch } = context;
      if (scratch === undefined) throw new IcosError("phase-order", "There is no scratch space yet.");
      const disk = await openBlockDevice(device, { readOnly: true });
      try {
        const sectors = Math.floor(disk.size / SECTOR_SIZE);
        context.devices = planUpgradeDisk({ device, sectors, table: await readGpt(disk), scratch });
      } finally {
        await disk.close();
      }
    },
  },
  {
    name: "devices",
    async run({ exec, devices = [] }) {
      for (const { name, table } of devices) await exec.run(["dmsetup", "create", name], { input: `${table}\n` });
      return devices.map(({ name }) => name).join(", ");
    },
  },
];

/**
 * Removes the devices, the last made first, and the scratch space. A device that is still in use (its QEMU is ending) is tried
 * again for 20 s. Does nothing when there is nothing. Throws `upgrade-disk-in-use`.
 */
export async function removeUpgradeDisk({ exec, clock, dev, run }: UpgradeDiskContext): Promise<void> {
  for (const name of UPGRADE_DEVICES) {
    for (let attempt = 1; existsSync(join(dev, "mapper", name)); attempt += 1) {
      try {
        await exec.run(["dmsetup", "remove", name]);
        break;
      } catch (cause) {
        if (attempt === REMOVE_TRIES) {
          throw new IcosError("upgrade-disk-in-use", `The device ${name} cannot be removed.`, {
            next: "Stop upgrade-guestos.service.",
            cause,
          });
        }
        await clock.sleep(REMOVE_WAIT_MS);
      }
    }
  }
  const file = join(run, "scratch");
  if (!existsSync(file)) return;
  const { stdout } = await exec.run(["losetup", "--noheadings", "--output", "NAME", "--associated", file]);
  for (const device of loopDevices(stdout)) await exec.run(["losetup", "--detach", device]);
  await rm(file, { force: true });
}

/** The devices that losetup prints, one a line: they go into a table of the device mapper and into commands. */
function loopDevices(output: Buffer): readonly string[] {
  return output
    .toString()
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => /^\/dev\/loop\d{1,4}$/.test(line));
}
