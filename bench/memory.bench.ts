import { setTimeout as delay } from "node:timers/promises";
import { openToolsTree } from "@icos/image";
import { IcosError } from "@icos/system";
import { type Bench, measurement } from "../packages/cli/src/bench/bench.ts";
import { withTestnet } from "./lib/scratch-testnet.ts";
import { ROUNDS } from "./lib/spread.ts";
import { guestMemory, hostMemory, type ProcessMemory } from "./memory/resident-memory.ts";

/** After the node became healthy; what only starting needs has gone by then. */
const SETTLE_MS = 60_000;
const BETWEEN_MS = 10_000;
const BUDGET = { of: "value", is: "at-most", limit: 80 } as const;

export const bench: Bench = {
  name: "memory",
  what: "Resident memory of every Node process that stays: in the node, and on the machine that runs the testnet.",
  limitMinutes: 30,
  run: (context) =>
    withTestnet(context, 1, async (testnet) => {
      const { signal, report } = context;
      const [node] = testnet.plan.nodes;
      if (node === undefined) throw new IcosError("no-node", "The testnet has no node.");
      const tools = await openToolsTree({ signal });
      await testnet.up();
      report("the node settles");
      await delay(SETTLE_MS, undefined, { signal });
      const samples = new Map<string, number[]>();
      const add = (where: string, processes: readonly ProcessMemory[]): void => {
        for (const { program, bytes } of processes) {
          const name = `${where}: ${program}`;
          samples.set(name, [...(samples.get(name) ?? []), bytes / 1e6]);
        }
      };
      for (let round = 0; round < ROUNDS; round += 1) {
        report(`reading ${round + 1} of ${ROUNDS}`);
        await delay(BETWEEN_MS, undefined, { signal });
        const guest = await guestMemory(testnet, node.name, tools.exec, signal);
        if (guest.length === 0) throw new IcosError("no-processes", "No Node process was found in the node.");
        add("node", guest);
        add("host", await hostMemory(testnet));
      }
      return [...samples].map(([name, values]) => measurement({ name, unit: "MB", samples: values, aim: BUDGET }));
    }),
};
