import { readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { buildOs, openToolsTree } from "@icos/image";
import { type Bench, type Measurement, measurement } from "../packages/cli/src/bench/bench.ts";
import { FIRMWARE, partition } from "./image-size/components.ts";

const UPSTREAM_MB = 1_000;
const WITH_FIRMWARE = { of: "value", is: "below", limit: 350 } as const;
const WITHOUT_FIRMWARE = { of: "value", is: "below", limit: 150 } as const;

/** Each part is packed by itself as the update image is packed as a whole, so the parts add up to nearly the whole. */
export const bench: Bench = {
  name: "image-size",
  what: "The update image of HostOS, and what each part of it weighs when it is packed in the same way.",
  limitMinutes: 30,
  async run({ directory, signal, report }) {
    report("building the image");
    const { exec } = await openToolsTree({ signal });
    const build = await buildOs("hostos", { variant: "prod", signal });
    const stage = dirname(build.bootImage.path);
    const root = join(directory, "root");
    const options = ["--no-preserve-owner", "--no-preserve-perms"];
    await exec.run(["fsck.erofs", "-d0", `--extract=${root}`, ...options, join(stage, "root.img")], { signal });
    const boot = join(directory, "boot");
    await exec.run(["mkdir", boot], { signal });
    for (const name of ["vmlinuz", "initrd.img"])
      await exec.run(["debugfs", "-R", `dump /${name} ${boot}/${name}`, join(stage, "boot.img")], { signal });

    /** Megabytes of files below a directory, packed. */
    const packed = async (name: string, from: string, files: readonly string[]): Promise<number> => {
      report(`packing: ${name}`);
      const list = join(directory, "list");
      await writeFile(list, files.map((file) => `${file}\0`).join(""));
      const script =
        'set -e; tar --create --file="$3.tar" --directory="$2" --null --files-from="$1"; zstd -q -19 -f "$3.tar"';
      const target = join(directory, "packed");
      await exec.run(["sh", "-c", script, "sh", list, from, target], { signal });
      return (await stat(`${target}.tar.zst`)).size / 1e6;
    };
    const whole = build.updateImage.size / 1e6;
    const parts: Measurement[] = [];
    let firmware = 0;
    for (const [name, files] of partition(await filesBelow(root))) {
      const megabytes = await packed(name, root, files);
      if (name === FIRMWARE) firmware = megabytes;
      parts.push(measurement({ name, unit: "MB", samples: [megabytes] }));
    }
    parts.push(
      measurement({
        name: "kernel and initramfs",
        unit: "MB",
        samples: [await packed("boot", boot, ["vmlinuz", "initrd.img"])],
      }),
    );
    const upstream = { name: "upstream, published", samples: [UPSTREAM_MB] };
    return [
      measurement({ name: "update image", unit: "MB", samples: [whole], peer: upstream, aim: WITH_FIRMWARE }),
      measurement({
        name: "update image, less firmware blobs",
        unit: "MB",
        samples: [whole - firmware],
        peer: upstream,
        aim: WITHOUT_FIRMWARE,
      }),
      ...parts,
    ];
  },
};

/** Files and links, relative to the directory, sorted. */
async function filesBelow(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .sort();
}
