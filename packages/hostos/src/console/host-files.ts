import { join } from "node:path";

/** Files by which the programs of the host tell each other what is going on. A test has them in a temporary directory. */
export interface HostFiles {
  readonly config: string;
  /** There while the host's boot program does not get through. */
  readonly bootFailure: string;
  readonly guestVm: string;
  readonly guestHealth: string;
  /** There while a recovery runs. */
  readonly recoveryLock: string;
  readonly version: string;
  readonly grubenv: string;
  /** What became of the last upgrade of the host. */
  readonly upgradeRecord: string;
  readonly kernelCommandLine: string;
  /** Which network card was chosen at the start, and why. */
  readonly networkState: string;
  /** The network devices as the kernel shows them. */
  readonly networkDevices: string;
  readonly resolvers: string;
  readonly ipv6Routes: string;
  readonly var: string;
}

export function hostFiles(root = "/"): HostFiles {
  const at = (path: string): string => join(root, path);
  return {
    config: at("run/config/config.json"),
    bootFailure: at("run/icos/boot-failure.json"),
    guestVm: at("run/icos/guest-vm/guestos.json"),
    guestHealth: at("run/icos/guest-health.json"),
    recoveryLock: at("run/icos/manual-recovery"),
    version: at("opt/ic/share/version.txt"),
    grubenv: at("boot/grub/grubenv"),
    upgradeRecord: at("run/icos/hostos-upgrade.json"),
    kernelCommandLine: at("proc/cmdline"),
    networkState: at("run/icos/network.json"),
    networkDevices: at("sys/class/net"),
    resolvers: at("etc/resolv.conf"),
    ipv6Routes: at("proc/net/ipv6_route"),
    var: at("var"),
  };
}
