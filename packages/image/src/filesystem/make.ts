import { mkdir, open, readdir, rm } from "node:fs/promises";
import type { Exec } from "@icos/system";

/** One moment for everything in an image: 2025-01-01 00:00:00 UTC. */
export const IMAGE_EPOCH = 1_735_689_600;

const ENVIRONMENT = {
  SOURCE_DATE_EPOCH: String(IMAGE_EPOCH),
  TZ: "UTC",
  LC_ALL: "C",
  HOME: "/",
  PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
};

/** What tools see, so that nothing of the host's environment gets into an image. */
export function buildEnvironment(): NodeJS.ProcessEnv {
  return { ...ENVIRONMENT };
}

/** Read-only erofs from a tar. Cluster size and algorithm are weighed in docs/decisions.md. */
export async function makeErofs(exec: Exec, tar: string, image: string, uuid: string): Promise<void> {
  await rm(image, { force: true });
  const compression = ["-zlz4hc,9", "-C65536"];
  const fixed = ["-U", uuid, "-T", String(IMAGE_EPOCH), "--all-time", "--workers=2"];
  await exec.run(["mkfs.erofs", "--quiet", ...fixed, ...compression, "--tar=f", image, tar], {
    env: buildEnvironment(),
  });
}

export interface Ext4Options {
  readonly image: string;
  readonly size: number;
  readonly uuid: string;
  readonly label: string;
  /** Becomes the root of the file system. */
  readonly content: string;
  /** Only where a node writes while it runs: other partitions are written once, or by single blocks in place. */
  readonly journal: boolean;
}

export async function makeExt4(exec: Exec, { image, size, uuid, label, content, journal }: Ext4Options): Promise<void> {
  await createSparse(image, size);
  const options = `hash_seed=${uuid},root_owner=0:0,nodiscard,lazy_itable_init=1`;
  const command = [
    "mke2fs",
    "-q",
    "-t",
    "ext4",
    "-O",
    journal ? "has_journal" : "^has_journal",
    "-F",
    "-d",
    content,
    "-U",
    uuid,
    "-L",
    label,
    "-E",
    options,
    "-m",
    "0",
    image,
  ];
  await exec.run(command, { env: { ...buildEnvironment(), MKE2FS_DETERMINISTIC: "1" } });
}

/** FAT32 with a fixed serial number and no files: the place for a boot loader. */
export async function makeFat(exec: Exec, image: string, size: number, serial: string, label: string): Promise<void> {
  await createSparse(image, size);
  await exec.run(["mkfs.fat", "-F", "32", "-i", serial, "-n", label, "--invariant", image], {
    env: buildEnvironment(),
  });
}

/** Copies everything below `content` into a FAT image; every file and directory gets the same time. */
export async function fillFat(exec: Exec, image: string, content: string): Promise<void> {
  const script = `cd "$1" && find . -exec touch -h -d "@$2" {} + && image=$3 && shift 3 && mcopy -s -m -Q -i "$image" "$@" ::`;
  const names = (await readdir(content)).sort();
  await exec.run(["sh", "-c", script, "sh", content, String(IMAGE_EPOCH), image, ...names], {
    env: buildEnvironment(),
  });
}

async function createSparse(image: string, size: number): Promise<void> {
  await rm(image, { force: true });
  const file = await open(image, "w", 0o644);
  await file.truncate(size);
  await file.close();
}

export async function emptyDirectory(path: string): Promise<string> {
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true, mode: 0o755 });
  return path;
}
