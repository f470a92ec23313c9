import type { NodeTopology } from "./topology.ts";

/** What a virtual machine of this machine gets. */
export interface MachineSize {
  readonly memoryMiB: number;
  readonly vcpus: number;
}

/** One for the host's own work beside those that its guest has. */
const HOST_VCPUS = 1;

/** A nested node's machine holds the host and, in it, the guest that the topology describes. */
export function machineSize({
  memoryMiB,
  vcpus,
  nested,
  hostMemoryMiB,
}: Pick<NodeTopology, "memoryMiB" | "vcpus" | "nested" | "hostMemoryMiB">): MachineSize {
  return nested ? { memoryMiB: memoryMiB + hostMemoryMiB, vcpus: vcpus + HOST_VCPUS } : { memoryMiB, vcpus };
}
