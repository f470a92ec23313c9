import { Principal } from "@icos/certification";
import {
  ApiBoundaryNodeRecordSchema,
  encodeRecord,
  FirewallRuleSetSchema,
  HistoryReader,
  NodeRecordSchema,
  RegistryHistory,
  registryKey,
  SubnetListRecordSchema,
  SubnetRecordSchema,
  SubnetType,
  UnassignedNodesConfigRecordSchema,
  type FirewallScope,
  type NodeRecord,
  type SubnetRecord,
} from "@icos/registry";

/** A key with its new value, or `undefined` to delete it. */
export type Change = readonly [key: string, value: Uint8Array | undefined];

export const principal = (name: string): Principal => Principal.fromUint8Array(Buffer.from(name));

/** A node that has the address on both of its endpoints. */
export function node(
  name: string,
  ipAddr: string,
  more: Pick<Partial<NodeRecord>, "nodeRewardType" | "sshNodeStateWriteAccess"> = {},
): Change {
  const record = { http: { ipAddr, port: 8080 }, xnet: { ipAddr, port: 2497 }, ...more };
  return [registryKey.nodeRecord(principal(name)), encodeRecord(NodeRecordSchema, record)];
}

export const noNode = (name: string): Change => [registryKey.nodeRecord(principal(name)), undefined];

export function subnet(
  name: string,
  members: readonly string[],
  more: Pick<Partial<SubnetRecord>, "subnetType" | "sshReadonlyAccess" | "sshBackupAccess" | "startAsNns"> = {},
): Change {
  const membership = members.map((member) => principal(member).toUint8Array());
  const record = { membership, subnetType: SubnetType.APPLICATION, replicaVersionId: "v1", ...more };
  return [registryKey.subnetRecord(principal(name)), encodeRecord(SubnetRecordSchema, record)];
}

export function subnetList(...names: readonly string[]): Change {
  const subnets = names.map((name) => principal(name).toUint8Array());
  return [registryKey.subnetList, encodeRecord(SubnetListRecordSchema, { subnets })];
}

export function rules(
  scope: FirewallScope,
  entries: NonNullable<Parameters<typeof encodeRecord<typeof FirewallRuleSetSchema>>[1]["entries"]>,
): Change {
  return [registryKey.firewallRules(scope), encodeRecord(FirewallRuleSetSchema, { entries })];
}

export const apiBoundaryNode = (name: string, version = "v1"): Change => [
  registryKey.apiBoundaryNode(principal(name)),
  encodeRecord(ApiBoundaryNodeRecordSchema, { version }),
];

export const unassignedNodes = (record: {
  readonly replicaVersion: string;
  readonly sshReadonlyAccess: string[];
}): Change => [registryKey.unassignedNodesConfig, encodeRecord(UnassignedNodesConfigRecordSchema, record)];

/** A registry that a test writes, a version at a time, without the rules of mutations. */
export class WrittenRegistry extends HistoryReader {
  readonly #history: RegistryHistory;

  constructor(...versions: readonly (readonly Change[])[]) {
    const history = new RegistryHistory();
    super(history);
    this.#history = history;
    for (const changes of versions) this.write(...changes);
  }

  /** Writes the next version. */
  write(...changes: readonly Change[]): void {
    const sorted = changes.map(([key, value]) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1));
    this.#history.append({ version: this.latestVersion() + 1, time: 0n, changes: sorted });
  }
}
