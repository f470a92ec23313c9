import { Principal, selfAuthenticating } from "@icos/certification";
import {
  AlgorithmId,
  canisterIdOf,
  DataCenterRecordSchema,
  KeyPurpose,
  type Mutation,
  NodeOperatorRecordSchema,
  nextVersion,
  nodeIdOf,
  NodeRecordSchema,
  PublicKeySchema,
  put,
  registryKey,
  type RegistryRules,
  RegistryState,
  type RegistryVersion,
  ReplicaVersionRecordSchema,
  RoutingTableSchema,
  routingEntry,
  standardRules,
  SubnetIdSchema,
  SubnetListRecordSchema,
  SubnetRecordSchema,
  SubnetType,
  TESTNET_NODE_KEYS,
  UnassignedNodesConfigRecordSchema,
  X509PublicKeyCertSchema,
} from "@icos/registry";
import { bytesOf } from "./random.ts";

export const NODES = 2_000;
export const SUBNETS = 60;
export const VERSIONS = 100_000;
const OPERATORS = 100;
/** So many of a subnet's nodes; the first subnet is the size of the NNS. */
const MEMBERS = 16;
const NNS_MEMBERS = 40;
/** A version holds so many new nodes, to stay below the limit of its size. */
const NODES_PER_VERSION = 100;

const ELECTED = ["a".repeat(40), "b".repeat(40)] as const;
/** 2026-01-01, in nanoseconds. */
const START = 1_767_225_600_000_000_000n;

export interface LargeRegistry {
  readonly rules: RegistryRules;
  readonly versions: readonly RegistryVersion[];
  readonly operators: readonly Principal[];
  readonly subnets: readonly { readonly id: Principal; readonly members: readonly Principal[] }[];
  readonly unassigned: readonly Principal[];
  readonly elected: readonly [string, string];
  /** After the last version, in nanoseconds. */
  readonly now: bigint;
}

/**
 * A registry about the size of the largest that the network may get: 2,000 nodes, 60 subnets, 100,000 versions. The
 * first versions make nodes and subnets and are held against all invariants; the others change one record each, as
 * operators, roll-outs and access changes do.
 */
export function makeLargeRegistry(): LargeRegistry {
  const governance = selfAuthenticating(Buffer.from("governance"));
  const rules = {
    ...standardRules(governance),
    requiredNodeKeys: TESTNET_NODE_KEYS,
    requireSubnetKeys: false,
    launchMeasurementsRequired: false,
  };
  const operators = Array.from({ length: OPERATORS }, (_, index) =>
    selfAuthenticating(bytesOf(`operator ${index}`, 32)),
  );
  const nodes = Array.from({ length: NODES }, (_, index) => nodeIdOf(bytesOf(`node ${index}`, 32)));
  const subnets = subnetsOf(nodes);
  const assigned = new Set(subnets.flatMap(({ members }) => members.map((id) => id.toText())));

  const state = new RegistryState();
  const write = (mutations: readonly Mutation[]): void => {
    const next = nextVersion(state, rules, mutations, START + BigInt(state.version));
    if (next) state.commit(next);
  };
  write(firstMutations(operators, subnets[0]?.id ?? governance));
  for (let first = 0; first < NODES; first += NODES_PER_VERSION) {
    write(
      nodes
        .slice(first, first + NODES_PER_VERSION)
        .flatMap((id, offset) => nodeMutations(id, first + offset, operators)),
    );
  }
  write(subnetMutations(subnets));
  const changes = changesOfOneRecord(operators, subnets);
  while (state.version < VERSIONS) {
    const { key, value } = changes[state.version % changes.length]?.(state.version) ?? { key: "", value: undefined };
    state.commit({ version: state.version + 1, time: START + BigInt(state.version), changes: [{ key, value }] });
  }
  return {
    rules,
    versions: state.history.since(0),
    operators,
    subnets,
    unassigned: nodes.filter((id) => !assigned.has(id.toText())),
    elected: ELECTED,
    now: START + BigInt(VERSIONS) * 1_000_000_000n,
  };
}

function subnetsOf(nodes: readonly Principal[]): LargeRegistry["subnets"] {
  const sizes = Array.from({ length: SUBNETS }, (_, index) => (index === 0 ? NNS_MEMBERS : MEMBERS));
  let taken = 0;
  return sizes.map((size, index) => {
    const members = nodes.slice(taken, taken + size);
    taken += size;
    return { id: selfAuthenticating(bytesOf(`subnet ${index}`, 133)), members };
  });
}

function firstMutations(operators: readonly Principal[], nns: Principal): Mutation[] {
  return [
    put("insert", registryKey.nnsSubnetId, SubnetIdSchema, { principalId: { raw: nns.toUint8Array() } }),
    put("insert", registryKey.subnetRecord(nns), SubnetRecordSchema, { subnetType: SubnetType.SYSTEM }),
    put("insert", registryKey.subnetList, SubnetListRecordSchema, { subnets: [] }),
    put("insert", registryKey.dataCenterRecord("dc"), DataCenterRecordSchema, { id: "dc" }),
    put("insert", registryKey.unassignedNodesConfig, UnassignedNodesConfigRecordSchema, { replicaVersion: ELECTED[0] }),
    ...ELECTED.map((id) => put("insert", registryKey.replicaVersion(id), ReplicaVersionRecordSchema, {})),
    ...operators.map((id, index) =>
      put("insert", registryKey.nodeOperatorRecord(id), NodeOperatorRecordSchema, {
        nodeOperatorPrincipalId: id.toUint8Array(),
        nodeProviderPrincipalId: selfAuthenticating(bytesOf(`provider ${index % 50}`, 32)).toUint8Array(),
        nodeAllowance: 50n,
        dcId: "dc",
      }),
    ),
  ];
}

/** The keys are random bytes, which the invariants take: keys are verified when a node brings them, not later. */
function nodeMutations(id: Principal, index: number, operators: readonly Principal[]): Mutation[] {
  const operator = operators[index % operators.length] ?? Principal.anonymous();
  const ipAddr = `2001:db8:${(index >> 8).toString(16)}:${(index & 255).toString(16)}::1`;
  const key = (purpose: KeyPurpose, algorithm: AlgorithmId, keyValue: Uint8Array): Mutation =>
    put("insert", registryKey.cryptoRecord(id, purpose), PublicKeySchema, { algorithm, keyValue });
  return [
    put("insert", registryKey.nodeRecord(id), NodeRecordSchema, {
      http: { ipAddr, port: 8080 },
      xnet: { ipAddr, port: 2497 },
      nodeOperatorId: operator.toUint8Array(),
    }),
    key(KeyPurpose.nodeSigning, AlgorithmId.ED25519, bytesOf(`node ${index}`, 32)),
    key(KeyPurpose.committeeSigning, AlgorithmId.MULTI_BLS12_381, bytesOf(`committee ${index}`, 96)),
    put("insert", registryKey.tlsCertificate(id), X509PublicKeyCertSchema, {
      certificateDer: bytesOf(`certificate ${index}`, 350),
    }),
  ];
}

function subnetMutations(subnets: LargeRegistry["subnets"]): Mutation[] {
  return [
    put("update", registryKey.subnetList, SubnetListRecordSchema, {
      subnets: subnets.map(({ id }) => id.toUint8Array()),
    }),
    ...subnets.map(({ id, members }, index) =>
      put("upsert", registryKey.subnetRecord(id), SubnetRecordSchema, subnetRecord(index, members, 0)),
    ),
    put("insert", registryKey.canisterRanges(canisterIdOf(0n)), RoutingTableSchema, {
      entries: subnets.map(({ id }, index) =>
        routingEntry(id, BigInt(index) * 0x10_0000n, BigInt(index) * 0x10_0000n + 0xf_ffffn),
      ),
    }),
  ];
}

function subnetRecord(index: number, members: readonly Principal[], round: number) {
  return {
    membership: members.map((member) => member.toUint8Array()),
    subnetType: index === 0 ? SubnetType.SYSTEM : SubnetType.APPLICATION,
    replicaVersionId: ELECTED[round % 2] ?? "",
    dkgIntervalLength: 499n,
  };
}

type OneChange = (version: number) => { readonly key: string; readonly value: Uint8Array | undefined };

function changesOfOneRecord(operators: readonly Principal[], subnets: LargeRegistry["subnets"]): readonly OneChange[] {
  const value = (mutation: Mutation) => ({
    key: mutation.key,
    value: mutation.kind === "delete" ? undefined : mutation.value,
  });
  return [
    (version) => {
      const index = version % operators.length;
      const id = operators[index] ?? Principal.anonymous();
      return value(
        put("update", registryKey.nodeOperatorRecord(id), NodeOperatorRecordSchema, {
          nodeOperatorPrincipalId: id.toUint8Array(),
          nodeProviderPrincipalId: selfAuthenticating(bytesOf(`provider ${index % 50}`, 32)).toUint8Array(),
          nodeAllowance: BigInt(50 + (version % 100)),
          dcId: "dc",
        }),
      );
    },
    (version) => {
      const index = version % subnets.length;
      const { id, members } = subnets[index] ?? { id: Principal.anonymous(), members: [] };
      const record = subnetRecord(index, members, version);
      return value(put("update", registryKey.subnetRecord(id), SubnetRecordSchema, record));
    },
    (version) =>
      value(
        put("update", registryKey.unassignedNodesConfig, UnassignedNodesConfigRecordSchema, {
          replicaVersion: ELECTED[0],
          sshReadonlyAccess: [`ssh-ed25519 ${version}`],
        }),
      ),
  ];
}
