import { open } from "node:fs/promises";
import { join } from "node:path";
import { newGrubenv, writeDiskImage, writeHostosDisk } from "@icos/slots";
import { emptyDirectory, makeExt4, makeFat } from "../filesystem/make.ts";
import { buildStage, stageKey } from "../stage/stage.ts";
import { bootLoaderStage } from "./boot-loader-stage.ts";
import type { BuildContext } from "./build-context.ts";
import type { OsDefinition } from "./os-definition.ts";
import type { OsName } from "./os-name.ts";
import type { RootStage } from "./root-stage.ts";

const DISK_NAME = "disk.img";
const PARTITION_SIZE = 100 << 20;
const GRUB_UUID = "0f6d0d4e-8a54-4a5e-93a2-4c6b8e1f7c33";
const CONFIG_UUID = "5f2c9a11-7a0b-4f0e-b1de-9d0c3e4b2a44";

/** What an empty disk looks like after slot A was installed on it: sparse, made in a second. */
export function diskStage(
  context: BuildContext,
  os: OsDefinition,
  root: RootStage,
): Promise<{ readonly path: string }> {
  const stages = { guestos: guestosDiskStage, hostos: hostosDiskStage } satisfies Record<OsName, unknown>;
  return stages[os.name](context, root);
}

async function guestosDiskStage(
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

/** The host's disk as it is shipped; an installer puts a configuration into its `config` volume and grows the guest's. */
async function hostosDiskStage(context: BuildContext, root: RootStage): Promise<{ readonly path: string }> {
  const { settings } = context;
  const loader = await bootLoaderStage(context);
  const key = stageKey({ recipe: 1, root: root.key, loader: loader.key });
  const directory = await buildStage(settings.cache, "hostos-disk", key, async (into) => {
    await writeHostosDisk({
      path: join(into, DISK_NAME),
      images: {
        esp: loader.esp,
        grub: loader.grub,
        A_boot: join(root.directory, "boot.img"),
        A_root: join(root.directory, "root.img"),
      },
    });
  });
  return { path: join(directory, DISK_NAME) };
}
