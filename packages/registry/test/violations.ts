import {
  nextVersion,
  MutationRefused,
  type Mutation,
  type NodeRecord,
  NodeRecordSchema,
  put,
  registryKey,
  readRecord,
  type RegistryRules,
  type SubnetRecord,
  SubnetRecordSchema,
} from "../src/index.ts";
import type { Principal } from "@icos/certification";
import { subnetOf, type TestNetwork, TestNetwork as Network } from "./network.ts";
import { testNode } from "./nodes.ts";

export const [a, b, c] = [0, 1, 2].map((index) => testNode(index).id) as [Principal, Principal, Principal];

/** Three nodes, of which the first is a subnet. */
export function populated(): { readonly network: TestNetwork; readonly subnet: Principal } {
  const network = new Network();
  for (const index of [0, 1, 2]) network.join(testNode(index));
  return { network, subnet: network.do("create_subnet", subnetOf([a])).new_subnet_id };
}

/** The same network with other rules. */
export function withRules({ state, time, rules }: TestNetwork, other: Partial<RegistryRules>) {
  return { state, time, rules: { ...rules, ...other } };
}

/** What the mutations would violate: `invariant: sentence` each. */
export function violations(
  { state, rules, time }: Pick<TestNetwork, "state" | "rules" | "time">,
  ...mutations: readonly Mutation[]
): string[] {
  try {
    nextVersion(state, rules, mutations, time);
    return [];
  } catch (error) {
    if (!(error instanceof MutationRefused)) throw error;
    const { violations } = error.details;
    if (!Array.isArray(violations)) throw error;
    return violations.map(
      ({ invariant, message }: { invariant: string; message: string }) => `${invariant}: ${message}`,
    );
  }
}

/** A changed node record. */
export function changeNode({ state }: TestNetwork, node: Principal, change: Partial<NodeRecord>): Mutation {
  const key = registryKey.nodeRecord(node);
  const record = readRecord(state, NodeRecordSchema, key);
  if (!record) throw new Error(`There is no ${key}.`);
  return put("update", key, NodeRecordSchema, Object.assign(record, change));
}

/** A changed subnet record. */
export function changeSubnet({ state }: TestNetwork, subnet: Principal, change: Partial<SubnetRecord>): Mutation {
  const key = registryKey.subnetRecord(subnet);
  const record = readRecord(state, SubnetRecordSchema, key);
  if (!record) throw new Error(`There is no ${key}.`);
  return put("update", key, SubnetRecordSchema, Object.assign(record, change));
}
