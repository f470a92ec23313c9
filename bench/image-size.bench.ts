import { dirname } from "node:path";
import { buildOs, openToolsTree } from "@icos/image";
import { type Bench, type BenchContext, type Measurement, measurement } from "../packages/cli/src/bench/bench.ts";
import { FIRMWARE, partition } from "./image-size/components.ts";
import { Packer } from "./image-size/packer.ts";
import { BOOT_FILES, filesBelow, unpackImage } from "./image-size/unpacked-image.ts";

/** Upstream's update image of HostOS, in megabytes. */
const UPSTREAM = { name: "upstream's", samples: [1_000] };
const WITH_FIRMWARE = { of: "value", is: "below", limit: 350 } as const;
const WITHOUT_FIRMWARE = { of: "value", is: "below", limit: 150 } as const;

interface Part {
  readonly name: string;
  readonly megabytes: number;
}

/** Each part is packed by itself as the update image is packed as a whole, so the parts add up to nearly the whole. */
export const bench: Bench = {
  name: "image-size",
  what: "The update image of HostOS, and what each part of it weighs when it is packed in the same way.",
  limitMinutes: 30,
  async run(context) {
    context.report("building the image");
    const build = await buildOs("hostos", { variant: "prod", signal: context.signal });
    const parts = await weighParts(dirname(build.bootImage.path), context);
    const whole = build.updateImage.size / 1e6;
    const firmware = parts.find(({ name }) => name === FIRMWARE)?.megabytes ?? 0;
    return [
      megabytes("update image", whole, { peer: UPSTREAM, aim: WITH_FIRMWARE }),
      megabytes("update image, less firmware blobs", whole - firmware, { peer: UPSTREAM, aim: WITHOUT_FIRMWARE }),
      ...parts.map((part) => megabytes(part.name, part.megabytes)),
    ];
  },
};

/** `stage` is the directory of `root.img` and `boot.img`. */
async function weighParts(stage: string, { directory, signal, report }: BenchContext): Promise<readonly Part[]> {
  const { exec } = await openToolsTree({ signal });
  const { root, boot } = await unpackImage(stage, directory, exec, signal);
  const packer = new Packer(exec, directory, signal);
  const parts: Part[] = [];
  for (const [name, files] of partition(await filesBelow(root))) {
    report(`packing: ${name}`);
    parts.push({ name, megabytes: await packer.weigh(root, files) });
  }
  report("packing: kernel and initramfs");
  return [...parts, { name: "kernel and initramfs", megabytes: await packer.weigh(boot, BOOT_FILES) }];
}

function megabytes(
  name: string,
  value: number,
  more: Partial<Pick<Parameters<typeof measurement>[0], "peer" | "aim">> = {},
): Measurement {
  return measurement({ name, unit: "MB", samples: [value], ...more });
}
