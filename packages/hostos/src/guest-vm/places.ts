import { join } from "node:path";
import { GUEST_HEALTH_FILE } from "../agent/guest-health.ts";
import { guestVmName, type GuestVmRole } from "./identity.ts";

/** Where the runner finds and puts things. A test has all of it in a temporary directory. */
export interface GuestVmPlaces {
  readonly proc: string;
  readonly sys: string;
  readonly dev: string;
  /** What the image says about itself. */
  readonly share: string;
  /** The checked HostOS object. */
  readonly hostConfig: string;
  /** The guest's disk: a block device. */
  readonly disk: string;
  /** Private, in memory: kernel, initrd, configuration medium, sockets. */
  readonly run: string;
  /** What others may read: `<name>.json` ({@link RunState}). */
  readonly state: string;
  /** A unix socket on which the running machine can be asked for something (`control.ts`). */
  readonly control: string;
  /** A recovery hash that waits for the next start, handed over by the unit; see docs/hostos-guest-vm.md. */
  readonly recoveryHash: string;
  /** Kept across reboots: the firmware's variables. */
  readonly lib: string;
  readonly serialLog: string;
  /** What the first guest last reported. */
  readonly guestHealth: string;
  readonly firmware: { readonly code: string; readonly variables: string };
  /** Prometheus text for node_exporter. */
  readonly metrics: string;
  readonly consoles: readonly string[];
}

export function createPlaces(role: GuestVmRole, root = "/"): GuestVmPlaces {
  const at = (path: string): string => join(root, path);
  const name = guestVmName(role);
  const log = role.type === "upgrade" ? "upgrade-guestos-serial" : `guestos-serial${role.slot === 0 ? "" : role.slot}`;
  const metrics = role.type === "upgrade" ? "hostos_guestos_upgrade_service" : metricsFile(role.slot);
  return {
    proc: at("proc"),
    sys: at("sys"),
    dev: at("dev"),
    share: at("opt/ic/share"),
    hostConfig: at("run/config/config.json"),
    disk: role.type === "upgrade" ? at("dev/mapper/upgrade-guestos") : at(`dev/hostlvm/${name}`),
    run: at(`run/guest-vm/${name}`),
    state: at("run/icos/guest-vm"),
    control: at(`run/icos/guest-vm/${name}.sock`),
    recoveryHash: at(`run/icos/guest-vm/${name}.recovery-hash`),
    lib: at("var/lib/guest-vm"),
    serialLog: at(`var/log/guestos/${log}.log`),
    guestHealth: at(GUEST_HEALTH_FILE),
    firmware: {
      code: at("usr/share/OVMF/OVMF_CODE_4M.fd"),
      variables: at("usr/share/OVMF/OVMF_VARS_4M.fd"),
    },
    metrics: at(`run/node_exporter/collector_textfile/${metrics}.prom`),
    consoles: [at("dev/tty1"), at("dev/ttyS0")],
  };
}

function metricsFile(slot: number): string {
  return `hostos_guestos_service${slot === 0 ? "" : slot}`;
}
