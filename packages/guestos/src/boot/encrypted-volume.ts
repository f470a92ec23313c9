import { randomBytes, randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { IcosError, readFileIfExists, writeFileDurably, type Exec } from "@icos/system";
import { VAR_WIPE_SIZE, type BlockDevice } from "@icos/slots";
import type { Layout } from "../layout.ts";
import { openPlainDevice } from "./node-disk.ts";
import { readLuksHeader } from "./luks-header.ts";
import { planVolume, readVolumeState, writeVolumeState } from "./volume-state.ts";

const KEY_BYTES = 16;

/** libdevmapper makes its nodes itself; otherwise every call waits until udev has run its rules. */
export const DEVICE_MAPPER_ENV = { DM_DISABLE_UDEV: "1", LVM_SUPPRESS_FD_WARNINGS: "1" } as const;

/**
 * Upstream's parameters. The key is random, so the derivation need not be slow. Sectors of 4 KiB cost an eighth of the
 * cipher calls of 512-byte ones; the header says which it is, so volumes of either kind open. Formatting overwrites the area
 * of the key slots with random bytes: 2 MiB (eight slots) instead of 16 are written sooner.
 */
const FORMAT_PARAMETERS = (
  "--batch-mode --type luks2 --cipher aes-xts-plain64 --key-size 512 --hash sha256 " +
  "--pbkdf pbkdf2 --pbkdf-force-iterations 1000 --sector-size 4096 --luks2-keyslots-size 2m"
).split(" ");

export interface EncryptedVolume {
  /** Name of its state file: `A_var`, `B_var`, `store`. */
  readonly name: string;
  readonly device: string;
  /** Device mapper name. */
  readonly mapper: string;
  readonly allowDiscards: boolean;
  /** Installers clear this volume to have it made anew. */
  readonly clearedByInstaller: boolean;
  /** Makes what is inside; runs again from the start after a crash. */
  readonly fill: (mapper: string) => Promise<void>;
  /** Stops what uses the mapper, in case an earlier attempt of this boot has left it in use. */
  readonly release: () => Promise<void>;
}

/**
 * Opens an encrypted volume, making it first where it was never made. Returns whether it was made now. After a crash
 * anywhere it does the same again or goes on; a volume that may hold data is never formatted but refused.
 */
export async function openEncryptedVolume(
  layout: Layout,
  exec: Exec,
  volume: EncryptedVolume,
): Promise<"made" | "opened"> {
  const { name, device } = volume;
  const state = await readVolumeState(layout, name);
  const found = await inspect(device, volume.clearedByInstaller);
  const plan = planVolume({ state, ...found });
  if (plan.kind === "refuse") {
    throw new IcosError("volume-refused", `The volume ${name} (${device}) is not used: ${plan.reason}.`, {
      next: "Nothing was changed. Restore the disk from a backup, or recover the node.",
      details: { volume: name, device },
    });
  }
  if (plan.kind === "open") {
    await open(layout, exec, volume);
    return "opened";
  }
  await format(layout, exec, volume);
  return "made";
}

/** To be called when an opened volume has shown that everything in it is there. */
export async function noteComplete(layout: Layout, volume: Pick<EncryptedVolume, "name" | "device">): Promise<void> {
  const { header } = await inspect(volume.device, false);
  const state = await readVolumeState(layout, volume.name);
  if (state.kind === "complete" || header.kind !== "valid") return;
  await writeVolumeState(layout, volume.name, { kind: "complete", uuid: header.uuid });
}

async function format(layout: Layout, exec: Exec, volume: EncryptedVolume): Promise<void> {
  const { name, device, mapper } = volume;
  const uuid = randomUUID();
  const key = await keyFile(layout, { create: true });
  await writeVolumeState(layout, name, { kind: "formatting", uuid });
  if (await isOpen(layout, mapper)) {
    await volume.release();
    await exec.run(["cryptsetup", "close", mapper], { env: deviceMapperEnv() });
  }
  const command = ["cryptsetup", "luksFormat", ...FORMAT_PARAMETERS, "--uuid", uuid, "--key-file", key, device];
  await exec.run(command, { env: deviceMapperEnv() });
  await open(layout, exec, volume);
  await volume.fill(mapperPath(layout, mapper));
  await writeVolumeState(layout, name, { kind: "complete", uuid });
}

async function open(layout: Layout, exec: Exec, { device, mapper, allowDiscards }: EncryptedVolume): Promise<void> {
  if (await isOpen(layout, mapper)) return;
  const key = await keyFile(layout, { create: false });
  const discards = allowDiscards ? ["--allow-discards"] : [];
  await exec.run(
    [
      "cryptsetup",
      "open",
      "--type",
      "luks2",
      "--disable-external-tokens",
      "--key-file",
      key,
      ...discards,
      device,
      mapper,
    ],
    {
      env: deviceMapperEnv(),
    },
  );
}

/** The key of all volumes of the node, made once. */
async function keyFile({ bootConfig }: Layout, { create }: { readonly create: boolean }): Promise<string> {
  const path = join(bootConfig, "store.keyfile");
  const key = await readFileIfExists(path);
  if (key?.length === KEY_BYTES) return path;
  if (key !== undefined || !create) {
    const what = key === undefined ? "is gone" : `has ${key.length} bytes and not ${KEY_BYTES}`;
    throw new IcosError("store-key-missing", `The disk encryption key ${path} ${what}.`, {
      next: "Restore it from a backup, or recover the node. Without the key its data cannot be read.",
      place: { file: path },
    });
  }
  await writeFileDurably(path, randomBytes(KEY_BYTES), 0o600);
  return path;
}

async function inspect(
  path: string,
  lookForCleared: boolean,
): Promise<Pick<Parameters<typeof planVolume>[0], "header" | "cleared">> {
  const device = await openPlainDevice(path, { readOnly: true });
  try {
    const header = await readLuksHeader(device);
    return { header, cleared: lookForCleared && header.kind === "absent" && (await isCleared(device)) };
  } finally {
    await device.close();
  }
}

async function isCleared(device: BlockDevice): Promise<boolean> {
  const chunk = 1024 * 1024;
  const zeros = Buffer.alloc(chunk);
  for (let at = 0; at < VAR_WIPE_SIZE; at += chunk) {
    if (!(await device.read(at, chunk)).equals(zeros)) return false;
  }
  return true;
}

export function mapperPath({ dev }: Pick<Layout, "dev">, mapper: string): string {
  return join(dev, "mapper", mapper);
}

export function isOpen(layout: Pick<Layout, "dev">, mapper: string): Promise<boolean> {
  return stat(mapperPath(layout, mapper)).then(
    () => true,
    () => false,
  );
}

export function deviceMapperEnv(): NodeJS.ProcessEnv {
  return { ...process.env, ...DEVICE_MAPPER_ENV };
}
