import { open } from "node:fs/promises";
import { join } from "node:path";
import {
  BOOTSTRAP_FILES,
  BOOTSTRAP_LIMITS,
  BOOTSTRAP_TAR,
  CONFIG_MEDIUM_LABEL,
  FAT_BOOT_SECTOR,
  fatLabel,
  readBootstrapTar,
  readFatFile,
  readGuestosDocument,
  type ByteReader,
} from "@icos/config";
import { IcosError, readFileIfExists, type Clock } from "@icos/system";
import type { Layout } from "../layout.ts";
import type { NodeConfiguration } from "./context.ts";
import { blockDeviceNames } from "./node-disk.ts";

const WAIT_MS = 20_000;
const POLL_MS = 100;
/** Serial number of a medium on a network that cannot answer duplicate address detection (upstream). */
const QUIET_SERIAL = "config";

/** Waits for the medium and reads what it holds. Every error names the file, and the field where there is one. */
export async function readConfiguration(layout: Layout, clock: Clock): Promise<NodeConfiguration> {
  const device = await waitForMedium(layout, clock);
  const archive = await withDevice(join(layout.dev, device), (reader) =>
    readFatFile(reader, BOOTSTRAP_TAR, BOOTSTRAP_LIMITS.archive),
  );
  const entries = readBootstrapTar(archive);
  const text = entries.get(BOOTSTRAP_FILES.config);
  const file = `${BOOTSTRAP_TAR}:${BOOTSTRAP_FILES.config}`;
  if (text === undefined) {
    throw new IcosError("no-configuration", `The archive ${BOOTSTRAP_TAR} has no file ${BOOTSTRAP_FILES.config}.`, {
      next: "Write the configuration medium again.",
      place: { file },
    });
  }
  const { config, operatorKey } = readGuestosDocument(Buffer.from(text).toString(), file);
  checkVmType(config.guest_vm_type, file);
  const serial = await readFileIfExists(join(layout.sys, "class/block", device, "serial"));
  return {
    config,
    operatorKey,
    entries,
    duplicateAddressDetection: serial?.toString().trim() !== QUIET_SERIAL,
  };
}

/** Kernel name of the device with a FAT file system labelled `CONFIG`. */
async function waitForMedium(layout: Layout, clock: Clock): Promise<string> {
  const deadline = clock.now() + WAIT_MS;
  for (;;) {
    for (const name of await blockDeviceNames(layout)) {
      if ((await labelOf(join(layout.dev, name))) === CONFIG_MEDIUM_LABEL) return name;
    }
    if (clock.now() >= deadline) {
      throw new IcosError(
        "no-config-medium",
        `No device with the label ${CONFIG_MEDIUM_LABEL} was found in ${WAIT_MS / 1000} s.`,
        {
          next: "Attach the node's configuration medium.",
        },
      );
    }
    await clock.sleep(POLL_MS);
  }
}

async function labelOf(path: string): Promise<string | undefined> {
  return withDevice(path, async (device) => fatLabel(await device.read(0, FAT_BOOT_SECTOR))).catch(() => undefined);
}

async function withDevice<Result>(path: string, use: (device: ByteReader) => Promise<Result>): Promise<Result> {
  const file = await open(path, "r");
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const bytes = Buffer.alloc(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  };
  try {
    return await use({ read });
  } finally {
    await file.close();
  }
}

function checkVmType(type: string, file: string): void {
  if (type === "default") return;
  throw new IcosError("unsupported-vm-type", `guest_vm_type is ${type}; this version runs default machines only.`, {
    next: "Start the machine with guest_vm_type default.",
    place: { file, key: "guest_vm_type" },
  });
}
