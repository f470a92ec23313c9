import { mkdtemp, open, rename, rm, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Exec } from "@icos/system";
import { BOOTSTRAP_FILES } from "./bootstrap-files.ts";
import { buildBootstrapTar } from "./bootstrap-tar.ts";
import { buildFatImage } from "./fat-image.ts";
import { formatGuestosConfig } from "./guestos-config.ts";
import type { GuestosConfig } from "./objects/guestos-object.ts";
import type { Secret } from "./secret.ts";

/** Label of the FAT file system that a guest looks for. */
export const CONFIG_MEDIUM_LABEL = "CONFIG";
/** The only file on it. */
export const BOOTSTRAP_TAR = "ic-bootstrap.tar";

const VOLUME_ID = "1C050001";
/** 1980-01-01, in seconds: the first time that FAT can write. */
const FAT_EPOCH = 315_532_800;
const MEBIBYTE = 1024 * 1024;
/** Of a file system with 16 bits for a cluster's number. */
const SMALLEST = 4 * MEBIBYTE;

export interface ConfigMediumContent {
  readonly config: GuestosConfig;
  /** By name in the archive; see {@link BOOTSTRAP_FILES}. Keys are given as {@link Secret}. */
  readonly files: ReadonlyMap<string, Secret | Uint8Array | string>;
}

/**
 * Writes a configuration medium to `path`: a FAT image labelled `CONFIG` that holds `ic-bootstrap.tar`. The same content
 * gives the same bytes. `exec` must have `mkfs.fat` (dosfstools) and `mcopy` (mtools). The image appears whole or not
 * at all, with mode 0600 because it carries keys.
 */
export async function buildConfigMedium(content: ConfigMediumContent, exec: Exec, path: string): Promise<void> {
  const tar = buildBootstrapTar(archiveEntries(content));
  const directory = await mkdtemp(join(dirname(path), `.${basename(path)}-`));
  try {
    const image = join(directory, "medium.img");
    const archive = join(directory, BOOTSTRAP_TAR);
    await createEmpty(image, roundUp(2 * tar.length + MEBIBYTE, MEBIBYTE));
    await writeFile(archive, tar, { mode: 0o600 });
    await utimes(archive, FAT_EPOCH, FAT_EPOCH);
    const env = {
      ...process.env,
      TZ: "UTC",
      MTOOLS_SKIP_CHECK: "1",
      SOURCE_DATE_EPOCH: String(FAT_EPOCH),
      // ASCII, which the C library has built in: images have no tables of other character sets.
      DEFAULT_CODEPAGE: "367",
    };
    await exec.run(["mkfs.fat", "--invariant", "-i", VOLUME_ID, "-n", CONFIG_MEDIUM_LABEL, image], { env });
    await exec.run(["mcopy", "-m", "-i", image, archive, `::/${BOOTSTRAP_TAR}`], { env });
    await rename(image, path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * A configuration medium as {@link buildConfigMedium} writes it, made without tools (mtools needs code pages that an image
 * leaves out), at least 4 MiB. It carries keys: who writes it keeps it to himself.
 */
export function configMediumImage(content: ConfigMediumContent): Buffer {
  const tar = buildBootstrapTar(archiveEntries(content));
  return buildFatImage({
    label: CONFIG_MEDIUM_LABEL,
    volumeId: Number.parseInt(VOLUME_ID, 16),
    file: { name: BOOTSTRAP_TAR, shortName: "IC-BOO~1TAR", content: tar },
    size: Math.max(SMALLEST, roundUp(2 * tar.length + MEBIBYTE, MEBIBYTE)),
  });
}

function archiveEntries({ config, files }: ConfigMediumContent): Map<string, Uint8Array> {
  const entries = new Map<string, Uint8Array>();
  for (const [name, content] of files) {
    if (typeof content === "string") entries.set(name, Buffer.from(content));
    else entries.set(name, content instanceof Uint8Array ? content : content.reveal());
  }
  entries.set(BOOTSTRAP_FILES.config, Buffer.from(formatGuestosConfig(config)));
  return entries;
}

async function createEmpty(path: string, size: number): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.truncate(size);
  } finally {
    await file.close();
  }
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
