import { createWriteStream } from "node:fs";
import { open, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { newGrubenv, writeDiskImage, writeUpdateImageTar } from "@icos/slots";
import { compressInFrames } from "../compress/frames.ts";
import { emptyDirectory, makeExt4, makeFat } from "../filesystem/make.ts";
import { buildStage, stageKey } from "../stage/stage.ts";
import { hashFile } from "../store/content-store.ts";
import type { BuildContext } from "./build-context.ts";
import type { RootStage } from "./root-stage.ts";

export interface UpdateImage {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

const UPDATE_NAME = "update-img.tar.zst";
const DISK_NAME = "disk.img";
const PARTITION_SIZE = 100 << 20;
const GRUB_UUID = "0f6d0d4e-8a54-4a5e-93a2-4c6b8e1f7c33";
const CONFIG_UUID = "5f2c9a11-7a0b-4f0e-b1de-9d0c3e4b2a44";

/** The one artefact of a release: boot and root partition and version, compressed. */
export async function updateStage({ settings }: BuildContext, root: RootStage): Promise<UpdateImage> {
  const key = stageKey({ recipe: 2, root: root.key });
  const directory = await buildStage(settings.cache, "guestos-update", key, async (into) => {
    const tar = writeUpdateImageTar({
      version: root.version,
      boot: join(root.directory, "boot.img"),
      root: join(root.directory, "root.img"),
    });
    const file = join(into, UPDATE_NAME);
    await pipeline(Readable.from(compressInFrames(tar), { objectMode: true }), createWriteStream(file));
    await writeFile(join(into, "sha256"), await hashFile(file));
  });
  const path = join(directory, UPDATE_NAME);
  return { path, size: (await stat(path)).size, sha256: await readFile(join(directory, "sha256"), "utf8") };
}

/** What an empty disk looks like after slot A was installed on it: sparse, made in a second. */
export async function diskStage(
  { settings, tools }: BuildContext,
  root: RootStage,
): Promise<{ readonly path: string }> {
  const key = stageKey({ recipe: 4, root: root.key });
  const directory = await buildStage(settings.cache, "guestos-disk", key, async (into) => {
    const content = await emptyDirectory(join(into, "content"));
    const config = join(into, "config.img");
    await makeExt4(tools.exec, {
      image: config,
      size: PARTITION_SIZE,
      uuid: CONFIG_UUID,
      label: "config",
      content,
      journal: true,
    });
    const grubenv = await open(join(content, "grubenv"), "w", 0o644);
    await grubenv.writeFile(newGrubenv());
    await grubenv.chmod(0o644);
    await grubenv.utimes(0, 0);
    await grubenv.close();
    const grub = join(into, "grub.img");
    await makeExt4(tools.exec, {
      image: grub,
      size: PARTITION_SIZE,
      uuid: GRUB_UUID,
      label: "grub",
      content,
      journal: false,
    });
    const esp = join(into, "esp.img");
    await makeFat(tools.exec, esp, PARTITION_SIZE, "49434f53", "ESP");
    await writeDiskImage({
      path: join(into, DISK_NAME),
      images: { esp, grub, config, A_boot: join(root.directory, "boot.img"), A_root: join(root.directory, "root.img") },
    });
    await tools.exec.run(["rm", "-rf", content, config, grub, esp]);
  });
  return { path: join(directory, DISK_NAME) };
}
