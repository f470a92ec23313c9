import { join } from "node:path";
import { buildOs } from "@icos/image";
import { systemClock } from "@icos/system";
import {
  bringUp,
  createControlClient,
  defaultTopology,
  deriveMachineAddress,
  measureHost,
  type PowerAction,
  planTestnet,
  removeTestnet,
  spawnSupervisor,
  type TestnetDirectories,
  testnetDirectories,
  type TestnetPlan,
  type TestnetStatus,
  type Topology,
} from "@icos/testnet";
import type { BenchContext } from "../../packages/cli/src/bench/bench.ts";

/** A testnet of the bench's own: apart from the user's, and gone when the bench is over. */
export interface ScratchTestnet {
  readonly directories: TestnetDirectories;
  readonly plan: TestnetPlan;
  readonly topology: Topology;
  /** Settles when all nodes are healthy. */
  up(): Promise<TestnetStatus>;
  status(): Promise<TestnetStatus>;
  power(node: string, action: PowerAction): Promise<void>;
}

const NAME = "bench";

/** The environment of commands and processes that are to see only this bench's testnets. */
export function scratchEnvironment({ directory }: Pick<BenchContext, "directory">): {
  readonly ICOS_STATE_DIR: string;
} {
  return { ICOS_STATE_DIR: join(directory, "state") };
}

/** A testnet of nodes that are GuestOS alone, or of `nested` ones. */
export async function withTestnet<Result>(
  context: BenchContext,
  nodes: number | { readonly nested: number },
  use: (testnet: ScratchTestnet) => Promise<Result>,
): Promise<Result> {
  const { signal, report } = context;
  const env = { ...process.env, ...scratchEnvironment(context) };
  const directories = testnetDirectories(NAME, env, process.getuid?.() ?? 0);
  const topology = typeof nodes === "number" ? defaultTopology(nodes) : defaultTopology(nodes.nested, { nested: true });
  const up = async (): Promise<TestnetStatus> => {
    const { status } = await bringUp(
      { directories, topology, create: true, signal, onStatus: (now) => report(whatHappens(now)) },
      {
        prepareImage: async () => {
          const { version, rootHash, diskImage, updateImage } = await buildOs("guestos", { variant: "dev", signal });
          return { version, variant: "dev", rootHash, diskImage, updateImage: { ...updateImage } };
        },
        prepareHostImage: async () => {
          const { version, rootHash, diskImage, updateImage } = await buildOs("hostos", { variant: "dev", signal });
          return { version, variant: "dev", rootHash, diskImage, updateImage: { ...updateImage } };
        },
        spawnSupervisor: (where) => spawnSupervisor(where, { env, signal }),
        measureHost,
        clock: systemClock,
      },
    );
    if (status.accelerator !== null) context.ranOn(status.accelerator);
    return status;
  };
  try {
    return await use({
      directories,
      plan: planTestnet(directories, topology, deriveMachineAddress),
      topology,
      up,
      status: () => createControlClient(directories.controlSocket).status(),
      power: (node, action) => createControlClient(directories.controlSocket).power(node, action),
    });
  } finally {
    await removeTestnet(directories);
  }
}

function whatHappens({ progress }: TestnetStatus): string {
  const current = progress.find(({ done }) => !done);
  return current === undefined ? "testnet is up" : `testnet: ${current.phase.toLowerCase()}: ${current.text}`;
}
