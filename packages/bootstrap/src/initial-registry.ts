import { Principal, selfAuthenticating } from "@icos/certification";
import { initialMutations, type NnsInit, SUBNET_DEFAULTS } from "@icos/nns";
import type { NodePublicKeys } from "@icos/orchestrator";
import {
  ApiBoundaryNodeRecordSchema,
  canisterIdOf,
  deriveSubnetId,
  FirewallAction,
  FirewallRuleDirection,
  FirewallRuleSetSchema,
  KeyPurpose,
  type Mutation,
  nextSubnetRange,
  NodeRecordSchema,
  parseRewardType,
  ProvisionalWhitelist_ListType,
  ProvisionalWhitelistSchema,
  put,
  registryKey,
  RoutingTableSchema,
  routingEntry,
  SubnetListRecordSchema,
  SubnetRecordSchema,
  SubnetType,
} from "@icos/registry";
import type { PrepNode, PrepPlan } from "./plan.ts";

/** A node of the plan with its keys. */
export interface PreparedNode {
  readonly plan: PrepNode;
  readonly nodeId: Principal;
  readonly public: NodePublicKeys;
  readonly operator: Principal;
}

export interface PreparedSubnet {
  readonly idx: number;
  readonly id: Principal;
  readonly members: readonly Principal[];
}

export interface InitialRegistry {
  readonly mutations: readonly Mutation[];
  readonly subnets: readonly PreparedSubnet[];
}

/** The last canister number that can be chosen. */
const LOWER_HALF_END = (1n << 63n) - 1n;

/** The API's port, which the firewall rule always has. */
const API_PORT = 8080;

/**
 * The first version of the registry of a planned network. Pure. What the registry's service begins with is there
 * already (see `initialMutations` of the NNS): here its nodes are added, which never call `add_node`. Subnets are
 * application subnets; they have neither threshold key nor catch-up package, since nodes generate no keys together yet.
 */
export function initialRegistry(
  plan: PrepPlan,
  init: NnsInit,
  rootKey: Uint8Array,
  nodes: readonly PreparedNode[],
): InitialRegistry {
  const subnets = plan.no_subnet_records ? [] : subnetsOf(nodes);
  const replaced: readonly string[] = [registryKey.subnetList, registryKey.canisterRanges(canisterIdOf(0n))];
  const base = initialMutations(init, rootKey).filter(({ key }) => !replaced.includes(key));
  const mutations = [
    ...base,
    put("insert", registryKey.subnetList, SubnetListRecordSchema, {
      subnets: subnets.map(({ id }) => id.toUint8Array()),
    }),
    routing(plan, selfAuthenticating(rootKey), subnets),
    ...subnets.map((subnet) => subnetRecord(plan, subnet)),
    ...nodes.flatMap(nodeRecords),
    ...nodes.filter(({ plan: { api_boundary_node } }) => api_boundary_node).map((node) => boundaryRecord(plan, node)),
    ...whitelist(plan),
    ...firewall(plan),
  ];
  return { mutations, subnets };
}

function subnetsOf(nodes: readonly PreparedNode[]): PreparedSubnet[] {
  const indexes = new Set(nodes.flatMap(({ plan }) => plan.subnet_idx ?? []));
  return [...indexes]
    .sort((a, b) => a - b)
    .map((idx) => {
      const members = nodes.filter(({ plan }) => plan.subnet_idx === idx).map(({ nodeId }) => nodeId);
      return { idx, id: deriveSubnetId(1, members), members };
    });
}

/**
 * The root subnet has the first range, each other subnet the next one. With canister ids to choose, the root subnet has the
 * whole lower half, and a range of its own behind the first subnet's, where upstream has it.
 */
function routing(plan: PrepPlan, root: Principal, subnets: readonly PreparedSubnet[]): Mutation {
  const chosen = plan.specified_ids_allocation_range;
  let last = chosen ? LOWER_HALF_END : nextSubnetRange(-1n).end;
  const entries = [routingEntry(root, 0n, last)];
  const ids = subnets.map(({ id }) => id);
  for (const owner of chosen ? [ids[0], root, ...ids.slice(1)] : ids) {
    const { start, end } = nextSubnetRange(last);
    if (owner) entries.push(routingEntry(owner, start, end));
    last = end;
  }
  return put("insert", registryKey.canisterRanges(canisterIdOf(0n)), RoutingTableSchema, { entries });
}

function subnetRecord(plan: PrepPlan, { id, members }: PreparedSubnet): Mutation {
  const interval = plan.dkg_interval_length ?? -1;
  return put("insert", registryKey.subnetRecord(id), SubnetRecordSchema, {
    membership: members.map((member) => member.toUint8Array()),
    subnetType: SubnetType.APPLICATION,
    replicaVersionId: plan.replica_version,
    maxIngressBytesPerMessage: BigInt(
      plan.max_ingress_bytes_per_message ?? SUBNET_DEFAULTS.max_ingress_bytes_per_message,
    ),
    maxIngressMessagesPerBlock: SUBNET_DEFAULTS.max_ingress_messages_per_block,
    maxBlockPayloadSize: BigInt(plan.max_block_payload_size ?? SUBNET_DEFAULTS.max_block_payload_size),
    unitDelayMillis: SUBNET_DEFAULTS.unit_delay_millis,
    initialNotaryDelayMillis: SUBNET_DEFAULTS.initial_notary_delay_millis,
    dkgIntervalLength: interval < 0 ? SUBNET_DEFAULTS.dkg_interval_length : BigInt(interval),
    dkgDealingsPerBlock: SUBNET_DEFAULTS.dkg_dealings_per_block,
    features: { httpRequests: SUBNET_DEFAULTS.features.http_requests },
    maxNumberOfCanisters: SUBNET_DEFAULTS.max_number_of_canisters,
    sshReadonlyAccess: plan.ssh_readonly_access,
    sshBackupAccess: plan.ssh_backup_access,
  });
}

function nodeRecords({ plan, nodeId, public: keys, operator }: PreparedNode): Mutation[] {
  const type = plan.node_reward_type;
  return [
    put("insert", registryKey.nodeRecord(nodeId), NodeRecordSchema, {
      xnet: plan.xnet_api,
      http: plan.public_api,
      nodeOperatorId: operator.toUint8Array(),
      ...(type !== undefined && { nodeRewardType: parseRewardType(type) }),
      ...(plan.domain !== undefined && { domain: plan.domain }),
    }),
    {
      kind: "insert",
      key: registryKey.cryptoRecord(nodeId, KeyPurpose.nodeSigning),
      value: keys.nodeSigning,
    },
    {
      kind: "insert",
      key: registryKey.cryptoRecord(nodeId, KeyPurpose.committeeSigning),
      value: keys.committeeSigning,
    },
    { kind: "insert", key: registryKey.tlsCertificate(nodeId), value: keys.tlsCertificate },
  ];
}

function boundaryRecord(plan: PrepPlan, { nodeId }: PreparedNode): Mutation {
  const record = { version: plan.replica_version };
  return put("insert", registryKey.apiBoundaryNode(nodeId), ApiBoundaryNodeRecordSchema, record);
}

function whitelist({ provisional_whitelist: list }: PrepPlan): Mutation[] {
  if (list === undefined) return [];
  const { ALL, SET } = ProvisionalWhitelist_ListType;
  const principals = list.flatMap((entry) => (entry instanceof Principal ? [{ raw: entry.toUint8Array() }] : []));
  const record = principals.length < list.length ? { listType: ALL } : { listType: SET, set: principals };
  return [put("insert", registryKey.provisionalWhitelist, ProvisionalWhitelistSchema, record)];
}

function firewall({ whitelisted_prefixes: ipv6Prefixes, whitelisted_ports: ports }: PrepPlan): Mutation[] {
  if (ipv6Prefixes.length === 0) return [];
  const rule = {
    ipv6Prefixes,
    ports: [...new Set([...ports, API_PORT])],
    action: FirewallAction.ALLOW,
    direction: FirewallRuleDirection.INBOUND,
    comment: "Prefixes that the network began with",
  };
  return [put("insert", registryKey.firewallRules({ kind: "global" }), FirewallRuleSetSchema, { entries: [rule] })];
}
