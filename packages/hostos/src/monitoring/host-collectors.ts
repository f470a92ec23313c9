import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { guestVmCount, type HostosConfig } from "@icos/config";
import { bootStateOf, DEFAULT_BOOT_STATE, parseGrubenv, runningSlot } from "@icos/slots";
import { readFileIfExists } from "@icos/system";
import { guestVmName } from "../guest-vm/identity.ts";
import { readRunState } from "../guest-vm/run-state.ts";
import type { Layout } from "../layout.ts";
import { bootSeries, slotSeries } from "./boot-series.ts";
import { guestSeries, type GuestReport } from "./guest-series.ts";
import type { Collector } from "./run-monitoring.ts";
import { readUpgradeRecord, upgradeRecordPath } from "../upgrade/upgrade-record.ts";
import { upgradeSeries } from "./upgrade-series.ts";
import { versionSeries } from "./version-series.ts";

/** The sources that any account may read; what needs root is asked by `collect-hardware`. */
export function hostCollectors(config: HostosConfig, layout: Layout): readonly Collector[] {
  const { run, proc, bootGrub, share } = layout;
  const version = async (): Promise<string> => (await readFile(join(share, "version.txt"), "utf8")).trim();
  const grubenv = join(bootGrub, "grubenv");
  const guests = guestVmCount(config.icos_settings.node_reward_type ?? "") ?? 1;
  const wanted = Array.from({ length: guests }, (_, slot) => guestVmName({ type: "default", slot }));
  const states = join(run, "icos/guest-vm");
  return [
    { name: "hostos_version", collect: async () => versionSeries(await version(), config) },
    {
      name: "hostos_boot",
      async collect() {
        const block = await readFileIfExists(grubenv);
        const state = block ? bootStateOf(parseGrubenv(block, grubenv), grubenv) : DEFAULT_BOOT_STATE;
        const slot = runningSlot(await readFile(join(proc, "cmdline"), "utf8"));
        return [slotSeries(slot), ...bootSeries(state, await version())];
      },
    },
    {
      name: "hostos_upgrade",
      collect: async () => upgradeSeries(await readUpgradeRecord(upgradeRecordPath(layout))),
    },
    {
      name: "hostos_guestos",
      async collect() {
        const names = new Set([...wanted, ...(await runnersIn(states))]);
        return guestSeries(await Promise.all([...names].map((vm) => reportOf(vm, join(states, `${vm}.json`)))));
      },
    },
  ];
}

/** Guests whose runners have said something, whether the node's type wants so many or not. */
async function runnersIn(directory: string): Promise<readonly string[]> {
  const files = await readdir(directory).catch(() => []);
  return files.flatMap((name) => /^(guestos\d*)\.json$/.exec(name)?.[1] ?? []).toSorted();
}

async function reportOf(vm: string, file: string): Promise<GuestReport> {
  const said = await readRunState(file);
  if (said === undefined) return { vm, state: "absent" };
  return { vm, state: said.state.kind === "running" ? "running" : "stopped" };
}
