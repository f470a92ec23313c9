import { createWriteStream } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { writeUpdateImageTar } from "@icos/slots";
import { compressInFrames } from "../compress/frames.ts";
import { buildStage, stageKey } from "../stage/stage.ts";
import { hashFile } from "../store/content-store.ts";
import type { BuildContext } from "./build-context.ts";
import type { OsDefinition } from "./os-definition.ts";
import type { RootStage } from "./root-stage.ts";

export interface UpdateImage {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

const UPDATE_NAME = "update-img.tar.zst";

/** The one artefact of a release: boot and root partition and version, compressed. */
export async function updateStage({ settings }: BuildContext, os: OsDefinition, root: RootStage): Promise<UpdateImage> {
  const key = stageKey({ recipe: 2, root: root.key });
  const directory = await buildStage(settings.cache, `${os.name}-update`, key, async (into) => {
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
