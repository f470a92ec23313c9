import { createHash } from "node:crypto";
import { constants, mkdir, open, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  commitInstall,
  installTarget,
  installUpdateImage,
  openBlockDevice,
  readUpdateImage,
  runningSlot,
  type BlockDevice,
  type GrubenvStore,
  type Slot,
  type SlotTargets,
} from "@icos/slots";
import { IcosError, parseJson, readFileIfExists, writeFileDurably } from "@icos/system";
import { UPGRADE_IMAGE, UPGRADE_REQUEST, upgradeRequestSchema } from "../agent/host-upgrade.ts";
import { volumePath, type Layout } from "../layout.ts";
import { upgradeRecordPath, writeUpgradeRecord } from "./upgrade-record.ts";

export type Installed =
  | { readonly kind: "installed"; readonly slot: Slot; readonly version: string }
  | { readonly kind: "waits" };

/** The SHA-256 of the image that was installed since the host was booted, and so waits for its first boot. */
function installedPath({ run }: Pick<Layout, "run">): string {
  return join(run, "hostos/installed-upgrade");
}

export interface InstallUpgradeModules {
  readonly store: GrubenvStore;
  /** Opens a volume for writing. */
  readonly openDevice?: (path: string) => Promise<BlockDevice>;
  readonly onProgress?: (bytes: number) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Installs the version of HostOS that lies in `directory` into the slot that does not run, and has it booted next. The
 * directory belongs to a program without rights: the image is hashed while it is installed, and the boot state changes only
 * when what was written has the hash that was asked for. A crash, or a wrong image, costs nothing but the slot's content.
 *
 * Asked again for what was installed and waits for its first boot, it has nothing to do.
 *
 * Throws `install-refused`, `commit-refused`, `upgrade-request-invalid`, `upgrade-image-changed`, `update-image-invalid`.
 */
export async function installUpgrade(
  layout: Layout,
  directory: string,
  { store, openDevice = openBlockDevice, onProgress, now }: InstallUpgradeModules,
): Promise<Installed> {
  const running = runningSlot(await readFile(join(layout.proc, "cmdline"), "utf8"));
  const { sha256 } = await readRequest(join(directory, UPGRADE_REQUEST));
  const record = installedPath(layout);
  if ((await readFileIfExists(record))?.toString() === sha256) return { kind: "waits" };
  const slot = await installTarget(store, running);
  await using image = await open(join(directory, UPGRADE_IMAGE), constants.O_RDONLY | constants.O_NOFOLLOW);
  await using targets = await openTargets(layout, slot, openDevice);
  const hash = createHash("sha256");
  const chunks = hashed(image.createReadStream({ autoClose: false, highWaterMark: 1 << 20 }), hash);
  const { version } = await installUpdateImage({
    image: readUpdateImage(chunks),
    targets,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  // What follows the archive's end belongs to the hash too.
  for await (const rest of chunks) void rest;
  const found = hash.digest("hex");
  if (found !== sha256)
    throw new IcosError(
      "upgrade-image-changed",
      `The image has the SHA-256 ${found}, not ${sha256}. It is not booted.`,
      {
        next: "Ask for the upgrade again.",
      },
    );
  // Before the change that it tells of: a record of a version that is not booted is settled by the next boot.
  const outcome = { kind: "waits" } as const;
  await writeUpgradeRecord(upgradeRecordPath(layout), {
    format: 1,
    version,
    sha256,
    slot,
    installedAt: now(),
    outcome,
  });
  await commitInstall(store, running);
  await mkdir(dirname(record), { recursive: true });
  await writeFileDurably(record, sha256, 0o644);
  return { kind: "installed", slot, version };
}

async function* hashed(
  source: AsyncIterable<Uint8Array>,
  hash: { update(bytes: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}

async function readRequest(file: string): Promise<{ readonly sha256: string }> {
  await using opened = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  const text = await opened.readFile("utf8");
  return parseJson(upgradeRequestSchema, text, {
    code: "upgrade-request-invalid",
    name: "The request to upgrade",
    file,
  });
}

async function openTargets(
  layout: Layout,
  slot: Slot,
  openDevice: (path: string) => Promise<BlockDevice>,
): Promise<SlotTargets & AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const openPart = async (part: "boot" | "root" | "var"): Promise<BlockDevice> =>
    opened.adopt(await openDevice(volumePath(layout, `${slot}_${part}`)), (device) => device.close());
  const targets = { boot: await openPart("boot"), root: await openPart("root"), var: await openPart("var") };
  const owner = opened.move();
  return { ...targets, [Symbol.asyncDispose]: () => owner.disposeAsync() };
}
