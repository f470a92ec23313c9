import type { NodeTopology } from "./topology.ts";

/** What a virtual machine of this machine gets. */
export interface MachineSize {
  readonly memoryMiB: number;
  readonly vcpus: number;
}

/** One for the host's own work beside those that its guest has. */
const HOST_VCPUS = 1;

/**
 * Translated code that an emulated host keeps, MiB: of its own programs and its guest's. When it is full, QEMU stops all its
 * processors and throws the code away; an interrupt that a guest has just been given is then given to it twice, which can make it
 * wait for itself for ever (`docs/decisions.md`).
 */
export const NESTED_TRANSLATION_CACHE_MIB = 2_048;

/** A nested node's machine holds the host and, in it, the guests that the topology describes. */
export function machineSize({
  memoryMiB,
  vcpus,
  nested,
  guests,
  hostMemoryMiB,
}: Pick<NodeTopology, "memoryMiB" | "vcpus" | "nested" | "guests" | "hostMemoryMiB">): MachineSize {
  if (!nested) return { memoryMiB, vcpus };
  return { memoryMiB: guests * memoryMiB + hostMemoryMiB, vcpus: guests * vcpus + HOST_VCPUS };
}
