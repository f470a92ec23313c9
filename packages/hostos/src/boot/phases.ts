import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hostHostname } from "@icos/config";
import { runningSlot } from "@icos/slots";
import { mountAll, present, readVariant, type Phase } from "@icos/system";
import { mountPlaces, volumePath } from "../layout.ts";
import { bootStateStore } from "../upgrade/boot-state-store.ts";
import { readConfiguration } from "./configuration.ts";
import type { BootContext } from "./context.ts";
import { findWatchdog, loadModules, wantedModules } from "./kernel-modules.ts";
import { recordBoot } from "./record-boot.ts";
import { findGrubPartition } from "./system-disk.ts";
import { mountVar } from "./var-volume.ts";
import { activateVolumes } from "./volumes.ts";

/** From a mounted root file system to a host that can run its guest. Every phase may run again after a failure. */
export const BOOT_PHASES: readonly Phase<BootContext>[] = [
  {
    name: "system",
    async run(context) {
      const { layout } = context;
      context.variant = await readVariant(layout);
      context.slot = runningSlot(await readFile(join(layout.proc, "cmdline"), "utf8"));
      return `slot ${context.slot}, ${context.variant}`;
    },
  },
  {
    name: "kernel modules",
    async run({ layout, exec, logger }) {
      const cpuinfo = await readFile(join(layout.proc, "cpuinfo"), "utf8");
      const watchdog = await findWatchdog(exec, () => isThere(join(layout.dev, "watchdog0")));
      const failed = await loadModules(exec, wantedModules(cpuinfo, { watchdog }));
      if (failed.length > 0) logger.log("warning", "kernel modules cannot be loaded", { modules: failed });
    },
  },
  {
    name: "volumes",
    async run({ layout, exec, clock, logger, slot }) {
      const absent = await activateVolumes(layout, present(slot, "the slot"), { exec, clock });
      if (absent !== undefined) logger.log("error", "not every volume can be used", { error: absent });
      const noCode = "noatime,nosuid,nodev,noexec";
      await mountAll(mountPlaces(layout), exec, "boot", [
        { source: volumePath(layout, "config"), target: layout.bootConfig, type: "ext4", options: noCode },
        {
          source: await findGrubPartition(layout, exec),
          target: layout.bootGrub,
          type: "vfat",
          options: `ro,${noCode},umask=0022`,
        },
      ]);
      return absent === undefined ? undefined : "not all";
    },
  },
  // As early as the boot partition is there: a version that fails in what follows is left then.
  {
    name: "boot state",
    run: ({ layout, exec, logger, slot }) =>
      recordBoot(bootStateStore(layout, exec), present(slot, "the slot"), logger),
  },
  {
    name: "var",
    async run({ layout, exec, slot }) {
      const outcome = await mountVar(layout, exec, present(slot, "the slot"));
      // What was logged so far is kept with what is logged from now on.
      await exec.run(["journalctl", "--flush"]);
      return outcome;
    },
  },
  {
    name: "configuration",
    async run(context) {
      context.configuration = await readConfiguration(context.layout, context.logger);
      return `version ${context.configuration.config_version}`;
    },
  },
  {
    name: "host name",
    async run({ layout, configuration }) {
      const name = hostHostname(present(configuration, "the configuration"));
      await writeFile(join(layout.proc, "sys/kernel/hostname"), name);
      return name;
    },
  },
  {
    name: "shared directories",
    async run({ layout }) {
      for (const directory of ["icos", "icos/guest-vm", "node_exporter/collector_textfile"])
        await mkdir(join(layout.run, directory), { recursive: true, mode: 0o755 });
    },
  },
];

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
