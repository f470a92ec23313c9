import { statfs } from "node:fs/promises";
import { IcosError } from "@icos/system";
import { machineSize, NESTED_TRANSLATION_CACHE_MIB } from "./machine-size.ts";
import type { NodeTopology } from "./topology.ts";

/** What the machine can still give. */
export interface HostResources {
  readonly memoryMiB: number;
  /** Free on the file system that holds the testnets. */
  readonly diskMiB: number;
}

/** QEMU's own memory beside the guest's: translated code, page tables, device buffers. */
const QEMU_OVERHEAD_MIB = 320;
/** The same of a nested node, whose machine keeps more translated code. */
const NESTED_OVERHEAD_MIB = 64 + NESTED_TRANSLATION_CACHE_MIB;
/** Supervisor, switch and network services, and a margin so that the machine does not swap. */
const TESTNET_OVERHEAD_MIB = 512;
/** What a node's thin disk grows to over some days: file systems made at first boot, one image to upgrade to, logs. */
const NODE_DISK_MIB = 2_048;
/** A host's file systems and logs, beside its guest's disk. */
const HOST_DISK_MIB = 1_024;
const TESTNET_DISK_MIB = 256;

interface Bound {
  readonly what: "memory" | "disk space";
  readonly needed: number;
  readonly available: number;
  readonly fits: number;
}

/** Refuses a testnet that the machine cannot hold, and says how many of its nodes fit (`does-not-fit`). Pure. */
export function checkAdmission(nodes: readonly NodeTopology[], host: HostResources): void {
  const bounds = [
    bound(
      "memory",
      nodes.map((node) => machineSize(node).memoryMiB + (node.nested ? NESTED_OVERHEAD_MIB : QEMU_OVERHEAD_MIB)),
      TESTNET_OVERHEAD_MIB,
      host.memoryMiB,
    ),
    bound(
      "disk space",
      nodes.map((node) => NODE_DISK_MIB + (node.nested ? HOST_DISK_MIB : 0)),
      TESTNET_DISK_MIB,
      host.diskMiB,
    ),
  ];
  const short = bounds.filter(({ needed, available }) => needed > available);
  if (short.length === 0) return;
  const fits = Math.min(...bounds.map((each) => each.fits));
  const reasons = short.map(
    ({ what, needed, available }) => `${needed} MiB of ${what}, of which ${Math.floor(available)} MiB are available`,
  );
  throw new IcosError(
    "does-not-fit",
    `${count(nodes.length)} need ${reasons.join(", and ")}: ${fits === 0 ? "not even one fits" : `${count(fits)} would fit`}.`,
    {
      next:
        fits === 0
          ? "Free memory or disk space, or give the nodes less memory in a topology file."
          : `Use \`--nodes ${fits}\`, free memory or disk space, or give the nodes less memory in a topology file.`,
      details: { fits, needed: Object.fromEntries(bounds.map(({ what, needed }) => [what, needed])) },
    },
  );
}

function bound(what: Bound["what"], demands: readonly number[], overhead: number, available: number): Bound {
  let needed = overhead;
  let fits = 0;
  for (const demand of demands) {
    needed += demand;
    if (needed <= available) fits += 1;
  }
  return { what, needed, available, fits };
}

function count(nodes: number): string {
  return nodes === 1 ? "1 node" : `${nodes} nodes`;
}

/** Reads what is free now; the memory limit of a control group counts. */
export async function measureHost(directory: string): Promise<HostResources> {
  const disk = await statfs(directory);
  const MIB = 1024 * 1024;
  return { memoryMiB: Math.floor(process.availableMemory() / MIB), diskMiB: (disk.bavail * disk.bsize) / MIB };
}
