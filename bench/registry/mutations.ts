import { Principal } from "@icos/certification";
import { CertifiedDeltas, checkWholeRegistry, type PayloadOf, type RegistryMethod } from "@icos/registry";
import type { DurableRegistry } from "@icos/nns";
import { IcosError } from "@icos/system";
import { type Measurement, measurement } from "../../packages/cli/src/bench/bench.ts";
import { testNode } from "../../packages/registry/test/nodes.ts";
import type { LargeRegistry } from "./large-registry.ts";

const TIMES = 15;
const NAIVE_TIMES = 3;
const KEY_CHECK = "a node's key, verified in a thread before its call's turn";
const PEER = "the same with everything checked again and the hash tree rebuilt";

/** One call, and who makes it; `round` makes each one a change. */
interface Kind {
  readonly name: string;
  call(round: number): Call;
}

interface Call {
  /** Done ahead of the call's turn, in a thread of its own. */
  readonly prepare?: (registry: DurableRegistry, time: bigint) => Promise<void> | undefined;
  readonly run: (registry: DurableRegistry, time: bigint) => void;
}

/**
 * Calls on the large registry, decided with all invariants, certified and on disk, against the naive way: every
 * invariant over every record, and the tree of all versions built again.
 */
export async function benchMutations(
  large: LargeRegistry,
  registry: DurableRegistry,
  report: (text: string) => void,
): Promise<Measurement[]> {
  let time = large.now;
  const ahead: number[] = [];
  const once = async (kind: Kind, round: number): Promise<number> => {
    const { prepare, run } = kind.call(round);
    time += 1_000_000_000n;
    if (prepare) ahead.push(await timed(() => prepare(registry, time)));
    return timed(() => run(registry, time));
  };
  const results: Measurement[] = [];
  for (const kind of kindsOf(large)) {
    report(kind.name);
    const samples: number[] = [];
    const naive: number[] = [];
    for (let round = 0; round < TIMES; round += 1) samples.push(await once(kind, round));
    for (let round = TIMES; round < TIMES + NAIVE_TIMES; round += 1) {
      naive.push((await once(kind, round)) + naiveWork(registry));
    }
    results.push(
      measurement({
        name: `${kind.name}, on disk and certified`,
        unit: "ms",
        samples,
        peer: { name: PEER, samples: naive },
        aim: { of: "value", is: "below", limit: 5 },
      }),
    );
  }
  return [...results, measurement({ name: KEY_CHECK, unit: "ms", samples: ahead })];
}

async function timed(work: () => Promise<void> | void): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function naiveWork({ state, rules }: DurableRegistry): number {
  const start = performance.now();
  const violations = checkWholeRegistry(state, rules);
  if (violations.length > 0) throw new IcosError("bench-registry-invalid", violations[0]?.message ?? "");
  if (new CertifiedDeltas(state.history).certifiedData.length !== 32)
    throw new IcosError("bench-registry-invalid", "No root.");
  return performance.now() - start;
}

function kindsOf({ rules, subnets, unassigned, operators, elected }: LargeRegistry): readonly Kind[] {
  const by =
    (caller: Principal) =>
    <Method extends RegistryMethod>(method: Method, payload: PayloadOf<Method>) => ({
      run(registry: DurableRegistry, time: bigint): void {
        const outcome = registry.apply({ method, payload }, caller, time);
        if (outcome.kind === "refused") throw outcome.error;
      },
    });
  const governance = by(rules.governance);
  const operator = operators[0] ?? Principal.anonymous();
  const subnet = (index: number) => subnets[index % subnets.length] ?? { id: operator, members: [] };
  const spare = (index: number): Principal => unassigned[index] ?? operator;
  return [
    {
      name: "a subnet's version",
      call: (round) =>
        governance("deploy_guestos_to_all_subnet_nodes", {
          subnet_id: subnet(round + 1).id,
          replica_version_id: elected[round % 2] ?? "",
        }),
    },
    {
      name: "a node of a subnet replaced",
      call: (round) =>
        governance("change_subnet_membership", {
          subnet_id: subnet(round + 1).id,
          node_ids_add: [spare(round)],
          node_ids_remove: subnet(round + 1).members.slice(0, 1),
        }),
    },
    { name: "a node removed", call: (round) => governance("remove_nodes", { node_ids: [spare(100 + round)] }) },
    {
      name: "an operator changed",
      call: (round) =>
        governance("update_node_operator_config", {
          node_operator_id: operator,
          node_allowance: BigInt(1_000 + round),
          rewardable_nodes: [],
        }),
    },
    {
      name: "a version elected",
      call: (round) =>
        governance("revise_elected_guestos_versions", {
          replica_version_to_elect: `${round}`.padStart(40, "c"),
          release_package_sha256_hex: "0f".repeat(32),
          release_package_urls: ["https://download.example/update-img.tar.zst"],
          replica_versions_to_unelect: [],
        }),
    },
    {
      name: "a node added",
      call: (round) => {
        const { payload } = testNode(round);
        return {
          prepare: (registry, time) => registry.prepare({ method: "add_node", payload }, operator, time),
          ...by(operator)("add_node", payload),
        };
      },
    },
  ];
}
