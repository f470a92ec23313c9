import {
  ApiBoundaryNodeRecordSchema,
  FirewallRuleSetSchema,
  KeyPrefix,
  NodeOperatorRecordSchema,
  NodeRecordSchema,
  principalText,
  readRecord,
  registryKey,
  type RegistryState,
  SubnetListRecordSchema,
  SubnetRecordSchema,
  UnassignedNodesConfigRecordSchema,
} from "../src/index.ts";

/** What the registry says about nodes, in plain values; principals are texts. */
export interface Model {
  readonly nodes: Record<string, ModelNode>;
  /** Allowances. */
  readonly operators: Record<string, number>;
  /** Listed, in order. */
  readonly subnets: ModelSubnet[];
  readonly versions: string[];
  readonly hostosVersions: string[];
  /** Versions by node. */
  readonly boundaryNodes: Record<string, string>;
  readonly unassigned: { version: string; keys: readonly string[] };
  /** Comments of the rules by scope, where there are rules. */
  readonly firewall: Record<string, readonly string[]>;
}

export interface ModelNode {
  operator: string;
  domain: string | undefined;
  hostos: string | undefined;
  keys: readonly string[];
}

export interface ModelSubnet {
  readonly id: string;
  members: readonly string[];
  halted: boolean;
  version: string;
  keys: readonly string[];
}

/** What a registry says. */
export function observe(state: RegistryState): Model {
  const each = <T>(prefix: string, read: (key: string) => T): Record<string, T> =>
    Object.fromEntries(state.keys(prefix).map((key) => [key.slice(prefix.length), read(key)]));
  const unassigned = readRecord(state, UnassignedNodesConfigRecordSchema, registryKey.unassignedNodesConfig);
  const list = readRecord(state, SubnetListRecordSchema, registryKey.subnetList)?.subnets ?? [];
  const rules = each(KeyPrefix.firewallRules, (key) =>
    (readRecord(state, FirewallRuleSetSchema, key)?.entries ?? []).map(({ comment }) => comment),
  );
  return {
    nodes: each(KeyPrefix.nodeRecord, (key) => {
      const record = readRecord(state, NodeRecordSchema, key);
      return {
        operator: principalText(record?.nodeOperatorId ?? new Uint8Array()),
        domain: record?.domain,
        hostos: record?.hostosVersionId,
        keys: record?.sshNodeStateWriteAccess ?? [],
      };
    }),
    operators: each(KeyPrefix.nodeOperatorRecord, (key) =>
      Number(readRecord(state, NodeOperatorRecordSchema, key)?.nodeAllowance),
    ),
    subnets: list.map((bytes) => {
      const id = principalText(bytes);
      const record = readRecord(state, SubnetRecordSchema, KeyPrefix.subnetRecord + id);
      return {
        id,
        members: (record?.membership ?? []).map(principalText),
        halted: record?.isHalted ?? false,
        version: record?.replicaVersionId ?? "",
        keys: record?.sshReadonlyAccess ?? [],
      };
    }),
    versions: Object.keys(each(KeyPrefix.replicaVersion, () => true)),
    hostosVersions: Object.keys(each(KeyPrefix.hostosVersion, () => true)),
    boundaryNodes: each(
      KeyPrefix.apiBoundaryNode,
      (key) => readRecord(state, ApiBoundaryNodeRecordSchema, key)?.version ?? "",
    ),
    unassigned: { version: unassigned?.replicaVersion ?? "", keys: unassigned?.sshReadonlyAccess ?? [] },
    firewall: Object.fromEntries(Object.entries(rules).filter(([, comments]) => comments.length > 0)),
  };
}

export function subnetOfNode({ subnets }: Model, node: string): ModelSubnet | undefined {
  return subnets.find(({ members }) => members.includes(node));
}

/** Registered, in no subnet, and not an API boundary node. */
export function isFree(model: Model, node: string): boolean {
  return node in model.nodes && !subnetOfNode(model, node) && !(node in model.boundaryNodes);
}

/** Whether something tells nodes to run the GuestOS version. */
export function isUsed({ subnets, boundaryNodes, unassigned }: Model, version: string): boolean {
  const used = [...subnets.map((subnet) => subnet.version), ...Object.values(boundaryNodes), unassigned.version];
  return used.includes(version);
}

/** Whether the list names none twice. */
export function areDistinct(list: readonly string[]): boolean {
  return new Set(list).size === list.length;
}

export function removeFromModel(model: Model, node: string): void {
  const { operator } = model.nodes[node] ?? { operator: "" };
  model.operators[operator] = (model.operators[operator] ?? 0) + 1;
  delete model.nodes[node];
  delete model.firewall[`node_${node}`];
}
