import { hash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { newGrubenv } from "@icos/slots";
import { buildEnvironment, emptyDirectory, fillFat, makeFat } from "../filesystem/make.ts";
import { buildStage, stageKey } from "../stage/stage.ts";
import type { BuildContext } from "./build-context.ts";

/** Images of the two partitions that a machine starts from. */
export interface BootLoaderStage {
  readonly key: string;
  /** FAT: GRUB as `EFI/BOOT/BOOTX64.EFI`, which firmware starts without being told of it. */
  readonly esp: string;
  /** FAT: `grub.cfg` and `grubenv`. FAT, because GRUB must write the boot state in place. */
  readonly grub: string;
}

const RECIPE = 2;
const PARTITION_SIZE = 100 << 20;

/** The second partition of whichever disk the firmware started GRUB from. */
const PREFIX = "--prefix=(,gpt2)/";

/** What `grub.cfg` calls, and what it takes to find it. */
const GRUB_MODULES = [
  "part_gpt",
  "fat",
  "ext2",
  "lvm",
  "loadenv",
  "normal",
  "configfile",
  "test",
  "echo",
  "linux",
  "sleep",
  "reboot",
  "all_video",
];

/** GRUB for UEFI with its configuration, from `images/hostos/boot-loader`. */
export async function bootLoaderStage({ settings, tools }: BuildContext): Promise<BootLoaderStage> {
  const source = join(settings.repository, "images/hostos/boot-loader");
  const configuration = await readFile(join(source, "grub.cfg"), "utf8");
  const key = stageKey({
    recipe: RECIPE,
    modules: GRUB_MODULES,
    configuration: hash("sha256", configuration),
    tools: tools.path.split("/").pop(),
  });
  const directory = await buildStage(settings.cache, "hostos-boot-loader", key, async (into) => {
    const espFiles = await emptyDirectory(join(into, "esp"));
    const grubFiles = await emptyDirectory(join(into, "grub"));
    await mkdir(join(espFiles, "EFI/BOOT"), { recursive: true, mode: 0o755 });
    await tools.exec.run(
      [
        "grub-mkimage",
        "--format=x86_64-efi",
        PREFIX,
        `--output=${join(espFiles, "EFI/BOOT/BOOTX64.EFI")}`,
        ...GRUB_MODULES,
      ],
      { env: buildEnvironment() },
    );
    await writeFile(join(grubFiles, "grub.cfg"), configuration);
    await writeFile(join(grubFiles, "grubenv"), newGrubenv({ alternative: "A", cycle: "install" }));
    for (const [name, content, serial] of [
      ["esp", espFiles, "49434f53"],
      ["grub", grubFiles, "49434f54"],
    ] as const) {
      await makeFat(tools.exec, join(into, `${name}.img`), PARTITION_SIZE, serial, name.toUpperCase());
      await fillFat(tools.exec, join(into, `${name}.img`), content);
      await rm(content, { recursive: true });
    }
  });
  return { key, esp: join(directory, "esp.img"), grub: join(directory, "grub.img") };
}
