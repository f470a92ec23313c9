import type { NodeTopology } from "./topology.ts";

/** What a virtual machine of this machine gets. */
export interface MachineSize {
  readonly memoryMiB: number;
  readonly vcpus: number;
}

/** One for the host's own work beside those that its guest has. */
const HOST_VCPUS = 1;

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
