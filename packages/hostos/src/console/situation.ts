import type { BootState, Slot } from "@icos/slots";
import type { NetworkState } from "../network/network-state.ts";
import type { UpgradeRecord } from "../upgrade/upgrade-record.ts";

/** What the virtual machine's runner last said. */
export type GuestVm =
  | { readonly kind: "unknown" }
  | { readonly kind: "starting"; readonly since: number }
  /** `bootFailed`: its serial console says so. */
  | { readonly kind: "running"; readonly since: number; readonly bootFailed: boolean }
  /** It ended, or could not be started; the runner tries again at `retryAt` (milliseconds since the epoch). */
  | {
      readonly kind: "failed";
      readonly failures: number;
      readonly reason: string;
      readonly retryAt: number | undefined;
    }
  | { readonly kind: "stopped" };

/** What the guest last said over vsock. */
export interface GuestReport {
  readonly state: "starting" | "healthy" | "unhealthy";
  readonly nodeId: string | undefined;
  readonly detail: string | undefined;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface Network {
  /** Whether the bridge that host and guest share exists, and whether a cable with a signal is in it. */
  readonly bridge: "missing" | "no-carrier" | "up";
  /** Global IPv6 addresses of the host. */
  readonly addresses: readonly string[];
}

/** Everything that the state of the node is told from. What could not be found out is undefined. */
export interface Observation {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly recovering: boolean;
  /** Why the host's boot program failed, when it did; `starting` until it is through. */
  readonly host:
    | { readonly kind: "starting" }
    | { readonly kind: "failed"; readonly reason: string }
    | { readonly kind: "ready" };
  /** What is wrong with the configuration. */
  readonly configProblem: string | undefined;
  readonly network: Network;
  /** What `hostos-network.service` found at the start. */
  readonly networkState: NetworkState | undefined;
  readonly vm: GuestVm;
  readonly report: GuestReport | undefined;
  /** Of the host itself. */
  readonly slot: { readonly running: Slot; readonly state: BootState } | undefined;
  /** The last upgrade of the host. */
  readonly upgrade: UpgradeRecord | undefined;
  readonly failedUnits: readonly string[];
  /** Used part of the host's /var, from 0 to 1. */
  readonly varUsed: number | undefined;
}

/** Where the node is. Exactly one of these holds, the most telling one. */
export type Situation =
  | { readonly kind: "recovering" }
  | { readonly kind: "host-starting" }
  | { readonly kind: "host-failed"; readonly reason: string }
  | { readonly kind: "configuration-invalid"; readonly problem: string }
  | {
      readonly kind: "guest-failing";
      readonly failures: number;
      readonly reason: string;
      readonly retryIn: number | undefined;
    }
  | { readonly kind: "guest-stopped" }
  | { readonly kind: "network-missing" }
  | { readonly kind: "no-carrier" }
  | { readonly kind: "no-address" }
  | { readonly kind: "guest-starting" }
  | { readonly kind: "guest-booting"; readonly seconds: number }
  | { readonly kind: "guest-boot-failed" }
  | { readonly kind: "guest-silent"; readonly seconds: number }
  | { readonly kind: "guest-working"; readonly detail: string | undefined }
  | { readonly kind: "guest-unhealthy"; readonly detail: string | undefined }
  | { readonly kind: "healthy"; readonly detail: string | undefined };

/** A guest that has not reported for this long is called silent: upstream's time for a guest to boot. */
export const SILENT_AFTER_MS = 5 * 60_000;

type RunningVm = Extract<GuestVm, { kind: "running" }>;

/** From what is observed to where the node is. */
export function situationOf(observed: Observation): Situation {
  const { host, configProblem, vm } = observed;
  if (observed.recovering) return { kind: "recovering" };
  if (host.kind === "failed") return { kind: "host-failed", reason: host.reason };
  if (configProblem !== undefined) return { kind: "configuration-invalid", problem: configProblem };
  if (host.kind === "starting") return { kind: "host-starting" };
  switch (vm.kind) {
    case "failed": {
      const { failures, reason, retryAt } = vm;
      const retryIn = retryAt === undefined ? undefined : Math.max(0, Math.ceil((retryAt - observed.now) / 1000));
      return { kind: "guest-failing", failures, reason, retryIn };
    }
    case "stopped":
      return { kind: "guest-stopped" };
    case "running":
      return running(observed, vm);
    case "starting":
    case "unknown":
      return networkTrouble(observed) ?? { kind: "guest-starting" };
    default:
      return vm satisfies never;
  }
}

function running(observed: Observation, { since, bootFailed }: RunningVm): Situation {
  const { now, report } = observed;
  const current = report !== undefined && report.at >= since ? report : undefined;
  if (current === undefined && bootFailed) return { kind: "guest-boot-failed" };
  const quietFor = now - (current?.at ?? since);
  if (quietFor >= SILENT_AFTER_MS)
    return networkTrouble(observed) ?? { kind: "guest-silent", seconds: Math.floor(quietFor / 1000) };
  if (current === undefined) return { kind: "guest-booting", seconds: Math.max(0, Math.floor((now - since) / 1000)) };
  const { detail } = current;
  switch (current.state) {
    case "healthy":
      return { kind: "healthy", detail };
    case "starting":
      return networkTrouble(observed) ?? { kind: "guest-working", detail };
    case "unhealthy":
      return networkTrouble(observed) ?? { kind: "guest-unhealthy", detail };
    default:
      return current.state satisfies never;
  }
}

/** Without a network the guest cannot get anywhere, whatever it says. */
function networkTrouble({ network: { bridge, addresses }, networkState }: Observation): Situation | undefined {
  switch (bridge) {
    case "missing":
      // There is no bridge before a card is chosen, and none is chosen while no cable is in.
      return { kind: networkState?.choice.kind === "no-link" ? "no-carrier" : "network-missing" };
    case "no-carrier":
      return { kind: "no-carrier" };
    case "up":
      return addresses.length === 0 ? { kind: "no-address" } : undefined;
    default:
      return bridge satisfies never;
  }
}
