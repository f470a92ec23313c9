import type { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { NodeRecordSchema, NodeRewardsTableSchema, type NodeOperatorRecord } from "../records.ts";
import { put } from "../state/mutation.ts";
import { readRecord } from "../state/view.ts";
import { chargeOperator, requireOperator } from "./access.ts";
import { checkDomain, checkIpv4, ipv4Record, parseEndpoint, type IPv4Config } from "./addresses.ts";
import { addToCount, allowanceMutations } from "./allowance.ts";
import type { MutationContext, MutationFunction } from "./context.ts";
import { keyMutations, parseNodeKeys } from "./node-keys.ts";
import { refuse } from "./refuse.ts";
import { replaceNodesAt, type Replacement } from "./replace-nodes.ts";
import { parseRewardType } from "./reward-type.ts";

/** As in upstream's `registry.did`; the key fields are protobuf `PublicKey`s, an empty one is absent. */
export interface AddNodePayload {
  readonly node_signing_pk: Uint8Array;
  readonly committee_signing_pk: Uint8Array;
  readonly ni_dkg_dealing_encryption_pk: Uint8Array;
  /** Protobuf `X509PublicKeyCert`. */
  readonly transport_tls_cert: Uint8Array;
  readonly idkg_dealing_encryption_pk?: Uint8Array | undefined;
  /** `[ipv6]:port` */
  readonly xnet_endpoint: string;
  readonly http_endpoint: string;
  /** Unused. */
  readonly p2p_flow_endpoints: readonly string[];
  /** Unused. */
  readonly prometheus_metrics_endpoint: string;
  readonly domain?: string | undefined;
  readonly public_ipv4_config?: IPv4Config | undefined;
  readonly node_reward_type?: string | undefined;
  /** An unattested claim about the machine: refused, since only an attestation may set it. */
  readonly chip_id?: Uint8Array | undefined;
  /** Attestations cannot be verified yet: must be absent. */
  readonly node_registration_attestation?: unknown;
}

/**
 * A node joins, called by its operator. A node that is already at the same http address gives way if it may.
 * Reply: the node id, which is the principal of the node signing key.
 */
export const addNode: MutationFunction<AddNodePayload, Principal> = (context, payload) => {
  const { view, caller } = context;
  const operator = requireOperator(view, caller);
  const http = parseEndpoint(payload.http_endpoint, "http_endpoint");
  const xnet = parseEndpoint(payload.xnet_endpoint, "xnet_endpoint");
  chargeOperator(context, caller, operator);
  context.charge({ bucket: "httpIp", name: http.ipAddr });

  const keys = parseNodeKeys(payload, context);
  const nodeKey = registryKey.nodeRecord(keys.node);
  if (view.get(nodeKey) !== undefined) {
    throw refuse("node-already-registered", `Node ${keys.node.toText()} is already registered.`);
  }
  if (payload.node_registration_attestation !== undefined) {
    throw refuse("attestation-unsupported", "The attestation of a node cannot be verified yet.");
  }
  if (payload.chip_id?.length) {
    throw refuse("chip-id-unattested", "A chip id is taken from an attestation only, which is not supported yet.");
  }
  const rewardType = payload.node_reward_type === undefined ? undefined : parseRewardType(payload.node_reward_type);
  if (payload.domain !== undefined) checkDomain(payload.domain);
  const replaced = replaceNodesAt(context, http.ipAddr, keys.node);
  checkRewardQuota(context, operator, payload.node_reward_type, replaced);
  const ipv4 = payload.public_ipv4_config;
  if (ipv4) checkIpv4(view, ipv4, replaced.length === 1 ? replaced[0]?.key : undefined);

  const allowances = new Map<string, number>();
  addToCount(allowances, caller.toText(), -1);
  for (const { operator } of replaced) addToCount(allowances, operator, 1);
  const record = put("insert", nodeKey, NodeRecordSchema, {
    xnet,
    http,
    nodeOperatorId: caller.toUint8Array(),
    ...(ipv4 && { publicIpv4Config: ipv4Record(ipv4) }),
    ...(payload.domain !== undefined && { domain: payload.domain }),
    ...(rewardType !== undefined && { nodeRewardType: rewardType }),
  });
  return {
    mutations: [
      ...replaced.flatMap(({ mutations }) => mutations),
      record,
      ...keyMutations(keys),
      ...allowanceMutations(view, allowances),
    ],
    reply: keys.node,
  };
};

/** Upstream's quota by reward type; only in force once the registry has a rewards table. */
function checkRewardQuota(
  { view, caller }: MutationContext,
  operator: NodeOperatorRecord,
  name: string | undefined,
  replaced: readonly Replacement[],
): void {
  if (!readRecord(view, NodeRewardsTableSchema, registryKey.nodeRewardsTable)) return;
  if (name === undefined)
    throw refuse("reward-type-required", "This network needs the node_reward_type of a new node.");
  const type = parseRewardType(name);
  const maximum = operator.maxRewardableNodes[name] ?? 0;
  const have = view
    .holders("nodeOperator", caller.toText())
    .filter((key) => readRecord(view, NodeRecordSchema, key)?.nodeRewardType === type)
    .filter((key) => !replaced.some((node) => node.key === key)).length;
  if (have < maximum) return;
  const sentence = `Operator ${caller.toText()} may not have more nodes of reward type ${name}.`;
  throw refuse("reward-quota-exhausted", sentence, { have, maximum });
}
