import { Principal } from "@icos/certification";
import { CertifiedDeltas, checkWholeRegistry, type PayloadOf, type RegistryMethod } from "@icos/registry";
import type { DurableRegistry } from "@icos/nns";
import { IcosError } from "@icos/system";
import { type Measurement, measurement } from "../../packages/cli/src/bench/bench.ts";
import { testNode } from "../../packages/registry/test/nodes.ts";
import type { LargeRegistry } from "./large-registry.ts";

const TIMES = 15;
const NAIVE_TIMES = 3;
const PEER = "the same with everything checked again and the hash tree rebuilt";

/** One call, and who makes it; `round` makes each one a change. */
interface Kind {
  readonly name: string;
  call(round: number): { readonly run: (registry: DurableRegistry, time: bigint) => void };
}

/**
 * Calls on the large registry, decided with all invariants, certified and on disk, against the naive way: every
 * invariant over every record, and the tree of all versions built again.
 */
export function benchMutations(
  large: LargeRegistry,
  registry: DurableRegistry,
  report: (text: string) => void,
): Measurement[] {
  let time = large.now;
  const once = (kind: Kind, round: number): number => {
    const { run } = kind.call(round);
    time += 1_000_000_000n;
    const start = performance.now();
    run(registry, time);
    return performance.now() - start;
  };
  return kindsOf(large).map((kind) => {
    report(kind.name);
    const samples = Array.from({ length: TIMES }, (_, round) => once(kind, round));
    const naive = Array.from({ length: NAIVE_TIMES }, (_, round) => {
      const spent = once(kind, TIMES + round);
      return spent + naiveWork(registry);
    });
    return measurement({
      name: `${kind.name}, on disk and certified`,
      unit: "ms",
      samples,
      peer: { name: PEER, samples: naive },
      aim: { of: "value", is: "below", limit: 5 },
    });
  });
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
      name: "a node added, its keys verified",
      call: (round) => by(operator)("add_node", testNode(round).payload),
    },
  ];
}
