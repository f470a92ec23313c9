import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HostosConfig } from "@icos/config";
import { bootStateOf, DEFAULT_BOOT_STATE, parseGrubenv } from "@icos/slots";
import { readFileIfExists } from "@icos/system";
import { bootSeries } from "./boot-series.ts";
import type { Collector } from "./run-monitoring.ts";
import { versionSeries } from "./version-series.ts";

/** The sources that any account may read; what needs root is asked by `collect-hardware`. */
export function hostCollectors(config: HostosConfig, root = "/"): readonly Collector[] {
  const version = async (): Promise<string> => (await readFile(join(root, "opt/ic/share/version.txt"), "utf8")).trim();
  const grubenv = join(root, "boot/grub/grubenv");
  return [
    { name: "hostos_version", collect: async () => versionSeries(await version(), config) },
    {
      name: "hostos_boot",
      async collect() {
        const block = await readFileIfExists(grubenv);
        const state = block ? bootStateOf(parseGrubenv(block, grubenv), grubenv) : DEFAULT_BOOT_STATE;
        return bootSeries(state, await version());
      },
    },
  ];
}
