import type { HostosConfig } from "@icos/config";
import { IcosError } from "@icos/system";
import type { Accelerator, CpuTopology, SevSnp } from "@icos/vm";
import { guestVmIdentity, type GuestVmIdentity, type GuestVmRole } from "./identity.ts";
import type { MachineFacts, Usable } from "./machine-facts.ts";
import {
  planGuestMemory,
  planMemory,
  planTopology,
  planVcpus,
  PRODUCTION_RESOURCES,
  type GuestMemory,
  type ResourceWish,
} from "./plan-resources.ts";

export type Variant = "prod" | "dev";

/** Everything about a virtual machine that does not depend on what is on its disk. */
export interface GuestVmPlan {
  readonly identity: GuestVmIdentity;
  readonly memoryMiB: number;
  readonly memory: GuestMemory;
  readonly vcpus: number;
  readonly topology: CpuTopology;
  readonly accelerator: Accelerator;
  /** `-cpu` value; `undefined` for the default of the accelerator. */
  readonly cpu: string | undefined;
  /** A confidential guest: launched and measured by the processor's firmware. */
  readonly confidential: SevSnp | undefined;
  /**
   * Whether OVMF starts a kernel that is booted directly. Not on development images: they run on emulated hosts, too, where OVMF's
   * interrupt handlers write CR8, on which QEMU 10's emulation of SVM aborts (`tcg_handle_interrupt: bql_locked()`).
   */
  readonly firmwareStartsKernel: boolean;
  readonly vhostNet: boolean;
  /** `undefined` when the host has no vsock for guests: the guest then has no channel to it. */
  readonly vsockCid: number | undefined;
  /** What is not as it should be and does not keep the machine from running. */
  readonly warnings: readonly string[];
}

export interface PlanGuestVmInput {
  readonly host: HostosConfig;
  readonly facts: MachineFacts;
  readonly variant: Variant;
  readonly role: GuestVmRole;
}

/** Upstream's launch: the address bit of EPYC, and a policy of SMT allowed and debugging forbidden. */
const SEV_SNP: SevSnp = { cbitpos: 51, reducedPhysBits: 1, policy: 0x30000 };
/** Part of the launch measurement, so it is a model and not the host's processor. */
const SEV_CPU = "EPYC-v4,topoext=on,l3-cache=off";

/**
 * Throws what keeps the machine from running: `memory-too-small`, `not-enough-memory`, `hugepages-short`, `kvm-unusable`,
 * `sev-unusable`.
 */
export function planGuestVm({ host, facts, variant, role }: PlanGuestVmInput): GuestVmPlan {
  const wish = resourceWish(host, variant);
  const confidential = host.icos_settings.enable_trusted_execution_environment;
  if (confidential) requireUsable(facts.sevSnp, SEV_UNUSABLE);
  const emulated = variant === "dev" && host.hostos_settings.hostos_dev_settings.vm_cpu === "qemu";
  if (!emulated) requireUsable(facts.kvm, KVM_UNUSABLE);

  const identity = guestVmIdentity(host, role);
  const memoryMiB = planMemory(role.type, wish, facts);
  const vcpus = planVcpus(wish, facts);
  // The emulated processor has no threads.
  const topology = emulated ? { sockets: 1, cores: vcpus, threads: 1 } : planTopology(vcpus);
  const memory = planGuestMemory({ type: role.type, confidential, memoryMiB }, facts);
  const vsock = facts.vhostVsock.kind === "usable";
  return {
    identity,
    memoryMiB,
    memory,
    vcpus,
    topology,
    accelerator: { kind: emulated ? "tcg" : "kvm" },
    cpu: cpuModel(confidential, emulated, topology, facts),
    confidential: confidential ? SEV_SNP : undefined,
    firmwareStartsKernel: variant === "prod",
    vhostNet: facts.vhostNet,
    vsockCid: vsock ? identity.vsockCid : undefined,
    warnings: warningsOf(wish, facts, { missesHugepages: role.type === "default" && memory === "private", vcpus }),
  };
}

/** Production machines are all alike; development images take what the configuration says. */
export function resourceWish(
  { hostos_settings: { hostos_dev_settings: dev } }: HostosConfig,
  variant: Variant,
): ResourceWish {
  if (variant === "prod") return PRODUCTION_RESOURCES;
  return { totalMemoryGiB: dev.vm_memory, vcpus: dev.vm_nr_of_vcpus };
}

function cpuModel(
  confidential: boolean,
  emulated: boolean,
  { threads }: CpuTopology,
  { topologyExtensions }: MachineFacts,
): string | undefined {
  if (confidential) return SEV_CPU;
  if (emulated) return undefined;
  return `host,migratable=off,host-cache-info=on${threads > 1 && topologyExtensions ? ",topoext=on" : ""}`;
}

function warningsOf(
  wish: ResourceWish,
  facts: MachineFacts,
  { missesHugepages, vcpus }: { missesHugepages: boolean; vcpus: number },
): string[] {
  const warnings: string[] = [];
  if (wish.vcpus > facts.cpus) {
    warnings.push(`The guest gets ${vcpus} virtual CPUs: ${wish.vcpus} are wished, and the machine has ${facts.cpus}.`);
  }
  if (missesHugepages) warnings.push("The guest's memory is not in hugepages: too few of them are free.");
  if (!facts.vhostNet) warnings.push("The guest's network is slower than it could be: /dev/vhost-net cannot be used.");
  const { vhostVsock } = facts;
  if (vhostVsock.kind === "unusable")
    warnings.push(`The guest has no channel to the host (vsock): ${vhostVsock.reason}.`);
  return warnings;
}

const KVM_UNUSABLE = {
  code: "kvm-unusable",
  what: "The machine cannot run guests",
  next: "Enable virtualisation (SVM or VT-x) in the firmware setup of the machine.",
};
const SEV_UNUSABLE = {
  code: "sev-unusable",
  what: "The trusted execution environment is enabled and the machine does not offer it",
  next: "In the firmware setup enable SMEE, SEV ASID space, SNP memory coverage and SEV-SNP; or disable it in the configuration. /run/icos/sev/state.json says what is missing.",
};

function requireUsable(usable: Usable, { code, what, next }: typeof KVM_UNUSABLE): void {
  if (usable.kind === "unusable") throw new IcosError(code, `${what}: ${usable.reason}.`, { next });
}
