import { openToolsTree } from "@icos/image";
import { IcosError } from "@icos/system";
import { type Bench, type BenchContext, type Measurement, measurement } from "../packages/cli/src/bench/bench.ts";
import { withTestnet } from "./lib/scratch-testnet.ts";
import { ROUNDS } from "./lib/spread.ts";
import { hostSideMemory, type HostSideMemory } from "./nested/host-memory.ts";
import { powerCycle, type PowerCycle } from "./nested/power-cycle.ts";

const MIB = 1024 * 1024;

interface Measured {
  readonly cycles: readonly PowerCycle[];
  readonly memory: readonly HostSideMemory[];
  readonly guestMegabytes: number;
}

/** The first boot, which makes volumes and registers, is not counted; one testnet runs at a time. */
export const bench: Bench = {
  name: "nested",
  what: "A node that is HostOS running GuestOS: power-on to guest started and to healthy, against GuestOS alone; memory of the host's side.",
  limitMinutes: 90,
  async run(context) {
    const nested = await measureNode(context, true);
    const alone = await measureNode(context, false);
    const healthy = ({ cycles }: Measured): readonly number[] => cycles.map((cycle) => cycle.healthy);
    return [
      measurement({
        name: "power-on to guest started",
        unit: "s",
        samples: nested.cycles.flatMap(({ guestStarted }) => guestStarted ?? []),
      }),
      measurement({
        name: "power-on to guest healthy",
        unit: "s",
        samples: healthy(nested),
        peer: { name: "GuestOS alone", samples: healthy(alone) },
      }),
      ...memoryOf(nested),
    ];
  },
};

function memoryOf({ memory, guestMegabytes }: Measured): readonly Measurement[] {
  const peer = { name: "memory of the guest", samples: [guestMegabytes] };
  return [
    measurement({
      name: "QEMU, less the guest's memory",
      unit: "MB",
      samples: memory.map(({ qemu }) => qemu / 1e6),
      peer,
    }),
    measurement({ name: "the guest's runner", unit: "MB", samples: memory.map(({ runner }) => runner / 1e6), peer }),
  ];
}

function measureNode(context: BenchContext, nested: boolean): Promise<Measured> {
  const { signal, report } = context;
  return withTestnet(context, nested ? { nested: 1 } : 1, async (testnet) => {
    const [node] = testnet.plan.nodes;
    if (node === undefined) throw new IcosError("no-node", "The testnet has no node.");
    const { exec } = await openToolsTree({ signal });
    const [first] = (await testnet.up()).nodes;
    const guestBytes = (first?.memoryMiB ?? 0) * MIB;
    const cycles: PowerCycle[] = [];
    const memory: HostSideMemory[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      report(`${nested ? "nested node" : "GuestOS alone"}: ${round} of ${ROUNDS}`);
      cycles.push(await powerCycle(testnet, node.name, signal));
      if (nested) memory.push(await hostSideMemory(testnet, node.name, guestBytes, exec, signal));
    }
    return { cycles, memory, guestMegabytes: guestBytes / 1e6 };
  });
}
