import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ensureSshHostKey, mountAll, present, readVariant, type Mount, type Phase } from "@icos/system";
import { guestosPartition, runningSlot } from "@icos/slots";
import { mountPlaces } from "../layout.ts";
import { useKeptNetwork } from "../network-settings/kept-network.ts";
import type { BootContext } from "./context.ts";
import { readConfiguration } from "./medium.ts";
import { findNodeDisk, requirePartition } from "./node-disk.ts";
import { bootstrapNode, ensureDirectories } from "./node-state.ts";
import { readText, writeIcConfig, writeNetwork, writeRunConfig } from "./run-files.ts";
import { mountStore } from "./store-volume.ts";
import { mountVar } from "./var-volume.ts";

/**
 * From a mounted root file system to a node that its programs can run on. Every phase may run again: on the next boot, and
 * after a failure in the same boot.
 */
export const BOOT_PHASES: readonly Phase<BootContext>[] = [
  {
    name: "system",
    async run(context) {
      context.variant = await readVariant(context.layout);
      context.slot = runningSlot(await readText(join(context.layout.proc, "cmdline")));
      return `slot ${context.slot}, ${context.variant}`;
    },
  },
  {
    name: "configuration",
    async run(context) {
      const { layout, clock } = context;
      context.configuration = await readConfiguration(layout, clock);
      await writeRunConfig(layout, context.configuration);
      if (context.configuration.config.icos_settings.enable_trusted_execution_environment) {
        context.logger.log(
          "warning",
          "The configuration asks for a trusted execution environment, which this version does not use.",
        );
      }
    },
  },
  {
    name: "network",
    async run(context) {
      context.hostname = await writeNetwork(context.layout, present(context.configuration, "the configuration"));
      return context.hostname;
    },
  },
  {
    name: "boot partitions",
    async run(context) {
      const { layout, exec } = context;
      const disk = await findNodeDisk(layout);
      context.disk = disk;
      const mount = async (name: "grub" | "config", target: string, access: string): Promise<Mount> => ({
        source: await requirePartition(layout, disk, guestosPartition(name).number),
        target,
        type: "ext4",
        options: `${access},noatime,nosuid,nodev,noexec`,
      });
      await mountAll(mountPlaces(layout), exec, "boot", [
        await mount("grub", layout.bootGrub, "ro"),
        await mount("config", layout.bootConfig, "rw"),
      ]);
      return disk.path;
    },
  },
  {
    name: "kept network settings",
    async run(context) {
      return present(context.variant, "the variant") === "prod" ? "none" : useKeptNetwork(context);
    },
  },
  {
    name: "var",
    run: ({ layout, exec, disk, slot }) => mountVar(layout, exec, present(disk, "the disk"), present(slot, "the slot")),
  },
  {
    name: "store",
    run: ({ layout, exec, clock, disk }) => mountStore(layout, exec, clock, present(disk, "the disk")),
  },
  {
    name: "node state",
    async run({ layout, configuration, variant, setOwner }) {
      await ensureDirectories(layout, setOwner);
      return bootstrapNode(
        layout,
        present(configuration, "the configuration"),
        present(variant, "the variant"),
        setOwner,
      );
    },
  },
  {
    name: "access",
    async run({ layout, exec, variant }) {
      if (present(variant, "the variant") === "prod") return "none";
      await mkdir(join(layout.run, "sshd"), { recursive: true, mode: 0o755 });
      const key = { directory: join(layout.bootConfig, "ssh"), scratch: join(layout.run, "guestos/host-key") };
      return `host key ${await ensureSshHostKey(key, exec)}`;
    },
  },
  {
    name: "node configuration",
    run: ({ layout, configuration, setOwner }) =>
      writeIcConfig(layout, present(configuration, "the configuration"), setOwner),
  },
];
