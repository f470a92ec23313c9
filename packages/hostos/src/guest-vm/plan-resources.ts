import { IcosError } from "@icos/system";
import type { CpuTopology } from "@icos/vm";
import { HUGEPAGE_MIB, type MachineFacts } from "./machine-facts.ts";

/** What the operator, or the network for all machines alike, gives to the guests of a host. */
export interface ResourceWish {
  /** Of all virtual machines together, GiB. */
  readonly totalMemoryGiB: number;
  readonly vcpus: number;
}

/** Nodes of a subnet must be alike, so a production guest's size does not depend on the machine (upstream's numbers). */
export const PRODUCTION_RESOURCES: ResourceWish = { totalMemoryGiB: 490, vcpus: 64 };

/** Of the upgrade VM. Every default VM leaves room for it, so that guests with and without SEV are of one size. */
export const UPGRADE_MEMORY_GIB = 4;

/** What HostOS itself needs beside its guests. */
export const HOST_RESERVE_MIB = 384;

/**
 * Memory of a virtual machine in MiB: 4 GiB for the upgrade VM, the rest of the total for the guests, each an equal part. The
 * upgrade VM runs beside all guests. Throws `memory-too-small` (the configuration) and `not-enough-memory` (the machine).
 */
export function planMemory(
  type: "default" | "upgrade",
  wish: ResourceWish,
  facts: Pick<MachineFacts, "memoryMiB" | "guests">,
): number {
  const { totalMemoryGiB } = wish;
  if (totalMemoryGiB < UPGRADE_MEMORY_GIB || (type === "default" && totalMemoryGiB === UPGRADE_MEMORY_GIB)) {
    throw new IcosError(
      "memory-too-small",
      `The virtual machines have ${totalMemoryGiB} GiB, of which ${UPGRADE_MEMORY_GIB} GiB are kept for upgrades.`,
      {
        next: `Give them more than ${UPGRADE_MEMORY_GIB} GiB.`,
        place: { key: "hostos_settings.hostos_dev_settings.vm_memory" },
      },
    );
  }
  const guestsMiB = (totalMemoryGiB - UPGRADE_MEMORY_GIB) * 1024;
  const part = Math.floor(guestsMiB / facts.guests);
  // Whole hugepages.
  const memoryMiB = type === "upgrade" ? UPGRADE_MEMORY_GIB * 1024 : part - (part % HUGEPAGE_MIB);
  const togetherMiB = guestsMiB + (type === "upgrade" ? memoryMiB : 0);
  if (togetherMiB + HOST_RESERVE_MIB > facts.memoryMiB) {
    const [who, need] = type === "upgrade" || facts.guests > 1 ? ["machines", "need"] : ["machine", "needs"];
    throw new IcosError(
      "not-enough-memory",
      `The virtual ${who} ${need} ${togetherMiB} MiB and the host ${HOST_RESERVE_MIB} MiB; the machine has ${facts.memoryMiB} MiB.`,
      { next: "Look for a memory module that has failed, or for one that is missing." },
    );
  }
  return memoryMiB;
}

/** What holds a machine's memory; `memfd` is what SEV-SNP needs. */
export type GuestMemory = "private" | "hugepages" | "memfd";

/** `reserve-hugepages.service` tops the pages up, or gives them all back, at each start of the guest's unit. */
export const HUGEPAGES_SHORT = "hugepages-short";

/**
 * Hugepages for a guest that finds all of its pages. The upgrade VM, small and short-lived, takes none: a guest that restarts
 * beside it would miss them. Throws `hugepages-short` where plain memory would not fit beside pages that lie idle.
 */
export function planGuestMemory(
  machine: { readonly type: "default" | "upgrade"; readonly confidential: boolean; readonly memoryMiB: number },
  { hugepages: { pool, available }, memoryMiB }: Pick<MachineFacts, "hugepages" | "memoryMiB">,
): GuestMemory {
  if (machine.confidential) return "memfd";
  if (machine.type === "upgrade") return "private";
  const needed = machine.memoryMiB / HUGEPAGE_MIB;
  if (available >= needed) return "hugepages";
  if (machine.memoryMiB + pool * HUGEPAGE_MIB + HOST_RESERVE_MIB <= memoryMiB) return "private";
  throw new IcosError(
    HUGEPAGES_SHORT,
    `The guest needs ${needed} pages of ${HUGEPAGE_MIB} MiB, of which ${available} are free, and the other memory does not hold it.`,
    { next: "The next start asks the kernel for the pages again. Restart the machine if this lasts." },
  );
}

/** Never more virtual CPUs than the machine has processors, each guest an equal part. */
export function planVcpus(wish: ResourceWish, facts: Pick<MachineFacts, "cpus" | "guests">): number {
  return Math.max(1, Math.floor(Math.min(wish.vcpus, facts.cpus) / facts.guests));
}

/**
 * Two sockets of cores with two threads (64 is 2 x 16 x 2, 56 is 2 x 14 x 2), as far as the number can be divided: an even one
 * that is no multiple of four is one socket, an odd one has cores of one thread.
 */
export function planTopology(vcpus: number): CpuTopology {
  if (vcpus % 4 === 0) return { sockets: 2, cores: vcpus / 4, threads: 2 };
  if (vcpus % 2 === 0) return { sockets: 1, cores: vcpus / 2, threads: 2 };
  return { sockets: 1, cores: vcpus, threads: 1 };
}
