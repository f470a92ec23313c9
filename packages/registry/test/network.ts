import assert from "node:assert/strict";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Principal, selfAuthenticating } from "@icos/certification";
import {
  applyMutation,
  canisterIdOf,
  DataCenterRecordSchema,
  KeyPurpose,
  type Mutation,
  NodeOperatorRecordSchema,
  NodeRecordSchema,
  nextVersion,
  type PayloadOf,
  put,
  RateLimits,
  readRecord,
  registryKey,
  type RegistryMethod,
  type RegistryRules,
  RegistryState,
  ReplicaVersionRecordSchema,
  type ReplyOf,
  RoutingTableSchema,
  routingEntry,
  standardRules,
  SubnetIdSchema,
  SubnetListRecordSchema,
  SubnetRecordSchema,
  SubnetType,
  TESTNET_NODE_KEYS,
  UnassignedNodesConfigRecordSchema,
} from "../src/index.ts";
import { parseEndpoint } from "../src/mutations/addresses.ts";
import { verifyCommitteeKeyOnce } from "./committee-verdicts.ts";
import type { TestNode } from "./nodes.ts";

export const person = (name: string): Principal => selfAuthenticating(Buffer.from(name));
export const GOVERNANCE = person("governance");
export const PROVIDER = person("provider");
export const OPERATOR = person("operator");
export const OTHER_OPERATOR = person("another operator of another provider");
export const NNS_SUBNET = person("nns subnet");
export const VERSION = "v1";
/** 2026-01-01, in nanoseconds. */
export const START = 1_767_225_600_000_000_000n;

const RULES: RegistryRules = {
  ...standardRules(GOVERNANCE),
  requiredNodeKeys: TESTNET_NODE_KEYS,
  requireSubnetKeys: false,
  rateLimits: false,
  launchMeasurementsRequired: false,
};

type NodeSettings = Omit<MessageInitShape<typeof NodeRecordSchema>, "$typeName">;

/** A registry with two operators (5 nodes each), one version and a root subnet. */
export class TestNetwork {
  readonly state = new RegistryState();
  readonly limits = new RateLimits();
  readonly rules: RegistryRules;
  time = START;

  constructor(rules: Partial<RegistryRules> = {}) {
    this.rules = { ...RULES, ...rules };
    this.write(initialMutations());
  }

  /** Decides and commits; returns the code of the refusal, or undefined. */
  try<M extends RegistryMethod>(method: M, payload: PayloadOf<M>, caller = GOVERNANCE): string | undefined {
    const outcome = this.#apply(method, payload, caller);
    return outcome.kind === "refused" ? outcome.error.code : undefined;
  }

  /** The sentence of a refusal. */
  refusal<M extends RegistryMethod>(method: M, payload: PayloadOf<M>, caller = GOVERNANCE): string {
    const outcome = this.#apply(method, payload, caller);
    assert.equal(outcome.kind, "refused");
    return outcome.kind === "refused" ? outcome.error.message : "";
  }

  /** As `try`, but must be applied. */
  do<M extends RegistryMethod>(method: M, payload: PayloadOf<M>, caller = GOVERNANCE): ReplyOf<M> {
    const outcome = this.#apply(method, payload, caller);
    if (outcome.kind === "refused") throw outcome.error;
    return outcome.reply;
  }

  /** Writes past the mutations, but not past the invariants. */
  write(mutations: readonly Mutation[]): void {
    const next = nextVersion(this.state, this.rules, mutations, this.time);
    if (next) this.state.commit(next);
  }

  /** A node of the operator, as `add_node` leaves it, but without the cost of verifying its keys. */
  join({ id, payload }: TestNode, operator = OPERATOR, more: NodeSettings = {}): void {
    const key = registryKey.nodeOperatorRecord(operator);
    const record = readRecord(this.state, NodeOperatorRecordSchema, key);
    assert.ok(record);
    this.write([
      put("insert", registryKey.nodeRecord(id), NodeRecordSchema, {
        xnet: parseEndpoint(payload.xnet_endpoint, "xnet_endpoint"),
        http: parseEndpoint(payload.http_endpoint, "http_endpoint"),
        nodeOperatorId: operator.toUint8Array(),
        ...more,
      }),
      { kind: "insert", key: registryKey.cryptoRecord(id, KeyPurpose.nodeSigning), value: payload.node_signing_pk },
      {
        kind: "insert",
        key: registryKey.cryptoRecord(id, KeyPurpose.committeeSigning),
        value: payload.committee_signing_pk,
      },
      { kind: "insert", key: registryKey.tlsCertificate(id), value: payload.transport_tls_cert },
      put("update", key, NodeOperatorRecordSchema, { ...record, nodeAllowance: record.nodeAllowance - 1n }),
    ]);
  }

  #apply<M extends RegistryMethod>(method: M, payload: PayloadOf<M>, caller: Principal) {
    const registry = { view: this.state, rules: this.rules, limits: this.limits };
    const outcome = applyMutation(
      { ...registry, verifyCommitteeKey: verifyCommitteeKeyOnce },
      { method, payload },
      caller,
      this.time,
    );
    this.time += 1_000_000_000n;
    if (outcome.kind === "applied") {
      this.limits.commit(outcome.levels);
      if (outcome.next) this.state.commit(outcome.next);
    }
    return outcome;
  }
}

export function initialMutations(): Mutation[] {
  return [
    put("insert", registryKey.nnsSubnetId, SubnetIdSchema, { principalId: { raw: NNS_SUBNET.toUint8Array() } }),
    put("insert", registryKey.subnetRecord(NNS_SUBNET), SubnetRecordSchema, { subnetType: SubnetType.SYSTEM }),
    put("insert", registryKey.subnetList, SubnetListRecordSchema, { subnets: [] }),
    put("insert", registryKey.canisterRanges(canisterIdOf(0n)), RoutingTableSchema, {
      entries: [routingEntry(NNS_SUBNET, 0n, 0xf_ffffn)],
    }),
    put("insert", registryKey.dataCenterRecord("dc1"), DataCenterRecordSchema, { id: "dc1" }),
    operator(OPERATOR, PROVIDER),
    operator(OTHER_OPERATOR, person("another provider")),
    put("insert", registryKey.replicaVersion(VERSION), ReplicaVersionRecordSchema, {}),
    put("insert", registryKey.unassignedNodesConfig, UnassignedNodesConfigRecordSchema, { replicaVersion: VERSION }),
  ];
}

export function operator(principal: Principal, provider: Principal, nodeAllowance = 5n): Mutation {
  return put("insert", registryKey.nodeOperatorRecord(principal), NodeOperatorRecordSchema, {
    nodeOperatorPrincipalId: principal.toUint8Array(),
    nodeProviderPrincipalId: provider.toUint8Array(),
    nodeAllowance,
    dcId: "dc1",
  });
}

/** The arguments of `create_subnet` for the nodes. */
export function subnetOf(node_ids: readonly Principal[]): PayloadOf<"create_subnet"> {
  return {
    node_ids,
    replica_version_id: VERSION,
    subnet_type: "application",
    features: { canister_sandboxing: false, http_requests: true },
    max_ingress_bytes_per_message: 2n,
    max_ingress_messages_per_block: 3n,
    max_block_payload_size: 4n,
    unit_delay_millis: 5n,
    initial_notary_delay_millis: 6n,
    dkg_interval_length: 7n,
    dkg_dealings_per_block: 8n,
    max_number_of_canisters: 9n,
    start_as_nns: false,
    is_halted: false,
    ssh_readonly_access: ["ssh-ed25519 a"],
    ssh_backup_access: [],
  };
}
