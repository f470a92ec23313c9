import type { NodeTopology } from "./topology.ts";

/** What a virtual machine of this machine gets. */
export interface MachineSize {
  readonly memoryMiB: number;
  readonly vcpus: number;
}

/** HostOS's own memory beside its guest's: its programs, QEMU with its buffers, and a page cache to read from. */
export const HOST_MEMORY_MIB = 1_024;
/** One for the host's own work beside those that its guest has. */
const HOST_VCPUS = 1;

/** A nested node's machine holds the host and, in it, the guest that the topology describes. */
export function machineSize({
  memoryMiB,
  vcpus,
  nested,
}: Pick<NodeTopology, "memoryMiB" | "vcpus" | "nested">): MachineSize {
  return nested ? { memoryMiB: memoryMiB + HOST_MEMORY_MIB, vcpus: vcpus + HOST_VCPUS } : { memoryMiB, vcpus };
}
