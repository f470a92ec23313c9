import type { Exec } from "@icos/system";

/**
 * What nothing on the bus asks for: sockets to the guest, its network card, scratch space of the upgrade VM's disk, the device of
 * a management controller.
 */
const WANTED = ["vhost_vsock", "vhost_net", "tun", "bridge", "loop", "ipmi_devintf"] as const;

/** Watchdogs of chipsets. The devices ask for them, but later than it is decided whether the kernel has to be one. */
const WATCHDOGS = ["wdat_wdt", "sp5100_tco", "iTCO_wdt", "i6300esb"] as const;

/** Virtualisation, by the vendor of the processor as `/proc/cpuinfo` names it. */
const VIRTUALISATION: Readonly<Record<string, string>> = { AuthenticAMD: "kvm_amd", GenuineIntel: "kvm_intel" };

/**
 * The modules to load on a machine with this `/proc/cpuinfo`. Pure.
 * @param present what the hardware has: without a watchdog of its own, the kernel's does the work
 */
export function wantedModules(cpuinfo: string, present: { readonly watchdog: boolean }): readonly string[] {
  const vendor = /^vendor_id\s*:\s*(\S+)$/m.exec(cpuinfo)?.[1] ?? "";
  const flags = new Set((/^flags\s*:(.*)$/m.exec(cpuinfo)?.[1] ?? "").split(/\s+/));
  const virtualisation = VIRTUALISATION[vendor] ?? (flags.has("svm") ? "kvm_amd" : undefined);
  const able = flags.has("svm") || flags.has("vmx");
  const watchdog = present.watchdog ? [] : ["softdog"];
  return [...WANTED, ...watchdog, ...(able && virtualisation !== undefined ? [virtualisation] : [])];
}

/** Whether the hardware has a watchdog: only what is outside of the processor notices when that hangs. */
export async function findWatchdog(exec: Exec, isThere: () => Promise<boolean>): Promise<boolean> {
  if (await isThere()) return true;
  // Most of them are for other hardware, and say so.
  await exec.run(["modprobe", "--all", "--quiet", ...WATCHDOGS]).catch(() => undefined);
  return isThere();
}

/** Loads each; one that cannot be loaded is named and does not keep the others from being loaded. */
export async function loadModules(exec: Exec, modules: readonly string[]): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const module of modules)
    await exec.run(["modprobe", module]).catch(() => {
      failed.push(module);
    });
  return failed;
}
