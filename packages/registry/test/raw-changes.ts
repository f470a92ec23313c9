import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { encodeCborUntagged, type Principal } from "@icos/certification";
import * as fc from "fast-check";
import {
  AlgorithmId,
  ApiBoundaryNodeRecordSchema,
  CanisterMigrationsSchema,
  CanisterCyclesCostSchedule,
  canisterIdOf,
  CatchUpPackageContentsSchema,
  ChainKeyEnabledSubnetListSchema,
  DataCenterRecordSchema,
  EcdsaCurve,
  encodeRecord,
  FirewallAction,
  FirewallRuleSchema,
  FirewallRuleSetSchema,
  type FirewallScope,
  HostosVersionRecordSchema,
  type KeyChange,
  KeyConfigSchema,
  KeyPurpose,
  nodeIdOf,
  NodeOperatorRecordSchema,
  NodeRecordSchema,
  NodeRewardType,
  PublicKeySchema,
  registryKey,
  ReplicaVersionRecordSchema,
  RoutingTableSchema,
  routingEntry,
  StandardEngineReplicaVersionRecordSchema,
  SubnetIdSchema,
  SubnetListRecordSchema,
  SubnetRecordSchema,
  SubnetType,
  UnassignedNodesConfigRecordSchema,
  X509PublicKeyCertSchema,
} from "../src/index.ts";
import { person } from "./network.ts";
import { SPELLINGS } from "./naive-rules.ts";

const NODE_KEYS = [1, 2, 3, 4].map((byte) => Buffer.alloc(32, byte));
const NODES = NODE_KEYS.map(nodeIdOf);
const ROOT = person("root subnet");
const SUBNETS = [person("subnet 1"), person("subnet 2"), ROOT];
const OPERATORS = [person("operator 1"), person("operator 2")];
const VERSIONS = ["v1", "v2", "v3"];
const THRESHOLD_KEYS = [7, 8].map((byte) => Buffer.alloc(96, byte));

const set = <S extends DescMessage>(key: string, schema: S, init: MessageInitShape<S>): KeyChange => ({
  key,
  value: encodeRecord(schema, init),
});
const raw = (principal: Principal) => principal.toUint8Array();
const subnetId = (principal: Principal) => ({ principalId: { raw: raw(principal) } });
/** Mostly the first. */
const rarely = <A, B>(usual: fc.Arbitrary<A>, odd: fc.Arbitrary<B>): fc.Arbitrary<A | B> =>
  fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: odd });
const usually = <T>(first: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  rarely(fc.constant(first), fc.constantFrom(first, ...others));
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const listOf = (length: number): string[] => Array.from({ length }, (_, index) => `key ${index}`);

const node = fc.nat(NODES.length - 1);
const someNodes = fc.uniqueArray(node, { minLength: 0, maxLength: 3 });
const version = fc.constantFrom(...VERSIONS);
const subnet = fc.constantFrom(...SUBNETS);
const idOf = (index: number): Principal => NODES[index] ?? ROOT;

/** A node's keys, all its own. */
function ownKeys(index: number): KeyChange[] {
  const id = idOf(index);
  return [
    set(registryKey.cryptoRecord(id, KeyPurpose.nodeSigning), PublicKeySchema, {
      keyValue: NODE_KEYS[index] ?? new Uint8Array(),
    }),
    set(registryKey.cryptoRecord(id, KeyPurpose.committeeSigning), PublicKeySchema, {
      keyValue: Buffer.from(`committee ${index}`),
    }),
    set(registryKey.tlsCertificate(id), X509PublicKeyCertSchema, {
      certificateDer: Buffer.from(`certificate ${index}`),
    }),
  ];
}

const nodeRecord = (index: fc.Arbitrary<number>) =>
  fc
    .record({
      index,
      ip: rarely(fc.constant(undefined), fc.constantFrom(...Object.keys(SPELLINGS), "::", "node", "fd00::1%eth0")),
      port: usually(8080, 65_536),
      operator: usually(OPERATORS[0] ?? ROOT, OPERATORS[1] ?? ROOT, ROOT),
      chipId: fc.constantFrom(undefined, new Uint8Array(), Buffer.from("chip 1"), Buffer.from("chip 2")),
      hostosVersionId: rarely(fc.constant(undefined), fc.constantFrom("h1", "h2")),
      domain: maybe(rarely(fc.constant("own"), fc.constantFrom("x.example", "X.example.", ""))),
      type: usually<NodeRewardType | undefined>(
        undefined,
        NodeRewardType.TYPE1,
        NodeRewardType.TYPE4,
        NodeRewardType.TYPE4DOT5,
      ),
      ipv4: usually(undefined, "1.1.1.1", "host"),
      keys: usually(0, 50, 51),
      http: usually(true, false),
    })
    .map((choice): KeyChange => {
      const usual = `fd00::1:${choice.index}`;
      const ipAddr = choice.ip ?? usual;
      return set(registryKey.nodeRecord(idOf(choice.index)), NodeRecordSchema, {
        ...(choice.http && { http: { ipAddr, port: choice.port } }),
        xnet: { ipAddr, port: 2497 },
        nodeOperatorId: raw(choice.operator),
        chipId: choice.chipId,
        hostosVersionId: choice.hostosVersionId,
        domain: choice.domain === "own" ? `node-${choice.index}.example` : choice.domain,
        nodeRewardType: choice.type,
        publicIpv4Config: choice.ipv4 === undefined ? undefined : { ipAddr: choice.ipv4 },
        sshNodeStateWriteAccess: listOf(choice.keys),
      });
    });

const chainKeyName = fc.constantFrom("a", "b");
const keyConfig: fc.Arbitrary<MessageInitShape<typeof KeyConfigSchema>> = fc
  .record({
    name: chainKeyName,
    curve: usually<0 | 1>(1, 0),
    queue: usually(1, undefined),
    pre: usually(1, 0, undefined),
    vetkd: fc.boolean(),
  })
  .map(({ name, curve, queue, pre, vetkd }) => ({
    keyId: {
      keyId: vetkd
        ? { case: "vetkd" as const, value: { name, curve } }
        : { case: "ecdsa" as const, value: { name, curve } },
    },
    maxQueueSize: queue,
    preSignaturesToCreateInAdvance: pre,
  }));

const goodKeyConfig: typeof keyConfig = fc.constant({
  keyId: { keyId: { case: "ecdsa" as const, value: { name: "a", curve: EcdsaCurve.SECP256K1 } } },
  maxQueueSize: 1,
  preSignaturesToCreateInAdvance: 1,
});

const subnetRecord = fc
  .record({
    id: subnet,
    members: rarely(someNodes, fc.array(node, { maxLength: 2 })),
    type: usually<SubnetType>(
      SubnetType.APPLICATION,
      SubnetType.SYSTEM,
      SubnetType.CLOUD_ENGINE,
      SubnetType.UNSPECIFIED,
    ),
    schedule: usually<CanisterCyclesCostSchedule>(CanisterCyclesCostSchedule.NORMAL, CanisterCyclesCostSchedule.FREE),
    engine: usually(false, true),
    version: rarely(version, fc.constantFrom("", "v9")),
    sev: usually(false, true),
    admins: usually(0, 1),
    keys: usually(0, 51),
    chainKeys: rarely(fc.array(goodKeyConfig, { maxLength: 1 }), fc.array(keyConfig, { maxLength: 2 })),
  })
  .map((choice) =>
    set(registryKey.subnetRecord(choice.id), SubnetRecordSchema, {
      membership: choice.id === ROOT ? [] : choice.members.map((index) => raw(idOf(index))),
      subnetType: choice.id === ROOT ? SubnetType.SYSTEM : choice.engine ? SubnetType.CLOUD_ENGINE : choice.type,
      canisterCyclesCostSchedule: choice.engine ? CanisterCyclesCostSchedule.FREE : choice.schedule,
      replicaVersionId: choice.version,
      features: { sevEnabled: choice.sev },
      subnetAdmins: Array.from({ length: choice.admins }, () => ({ raw: raw(ROOT) })),
      sshReadonlyAccess: listOf(choice.keys),
      chainKeyConfig: { keyConfigs: choice.chainKeys.map((config) => create(KeyConfigSchema, config)) },
    }),
  );

const transcript = (key: Uint8Array): Uint8Array =>
  encodeCborUntagged({ Groth20_Bls12_381: { public_coefficients: { coefficients: [key] }, receiver_data: {} } });
const scope: fc.Arbitrary<FirewallScope> = fc.oneof(
  fc.constant({ kind: "global" as const }),
  node.map((index) => ({ kind: "node" as const, node: idOf(index) })),
  subnet.map((id) => ({ kind: "subnet" as const, subnet: id })),
);
const canister = fc.constantFrom(0n, 5n, 10n);
const range = fc.tuple(canister, fc.constantFrom(0n, 4n, 9n)).map(([start, more]) => [start, start + more] as const);
const measured = { guestLaunchMeasurements: [{ measurement: new Uint8Array(48) }] };

const settings: fc.Arbitrary<KeyChange> = fc.oneof(
  fc
    .uniqueArray(subnet, { maxLength: 2 })
    .map((subnets) => set("subnet_list", SubnetListRecordSchema, { subnets: subnets.map(raw) })),
  fc
    .array(subnet, { maxLength: 3 })
    .map((subnets) => set("subnet_list", SubnetListRecordSchema, { subnets: subnets.map(raw) })),
  fc
    .record({
      id: version,
      measured: fc.boolean(),
      size: usually(48, 47),
      url: usually("https://x.example", "", "file:///x"),
      hash: usually("ab".repeat(32), ""),
    })
    .map(({ id, measured: is, size, url, hash }) =>
      set(registryKey.replicaVersion(id), ReplicaVersionRecordSchema, {
        releasePackageUrls: url === "" ? [] : [url],
        releasePackageSha256Hex: hash,
        guestLaunchMeasurements: is ? { guestLaunchMeasurements: [{ measurement: new Uint8Array(size) }] } : undefined,
      }),
    ),
  fc
    .tuple(fc.constantFrom("h1", "h2"), usually(undefined, "h3"))
    .map(([id, other]) =>
      set(registryKey.hostosVersion(id), HostosVersionRecordSchema, { hostosVersionId: other ?? id }),
    ),
  fc.tuple(rarely(version, fc.constantFrom("", "v9")), usually(0, 51)).map(([replicaVersion, keys]) =>
    set("unassigned_nodes_config", UnassignedNodesConfigRecordSchema, {
      replicaVersion,
      sshReadonlyAccess: listOf(keys),
    }),
  ),
  fc
    .tuple(version, version, usually(0.5, 0, 1, 1.5, Number.NaN))
    .map(([newReplicaVersionId, oldReplicaVersionId, deploymentProgress]) =>
      set(registryKey.standardEngineReplicaVersion, StandardEngineReplicaVersionRecordSchema, {
        newReplicaVersionId,
        oldReplicaVersionId,
        deploymentProgress,
      }),
    ),
  fc.constantFrom(...OPERATORS).map((id) => set(registryKey.nodeOperatorRecord(id), NodeOperatorRecordSchema, {})),
  fc
    .tuple(node, rarely(version, fc.constant("v9")))
    .map(([index, id]) => set(registryKey.apiBoundaryNode(idOf(index)), ApiBoundaryNodeRecordSchema, { version: id })),
  fc
    .record({
      where: scope,
      prefix: usually("fd00::/8", "fd00::/129"),
      port: usually(22, 65_536),
      action: usually<FirewallAction>(FirewallAction.ALLOW, FirewallAction.UNSPECIFIED),
      empty: usually(false, true),
    })
    .map(({ where, prefix, port, action, empty }) => {
      const rule = create(FirewallRuleSchema, {
        ipv6Prefixes: [prefix],
        ports: [port],
        action,
      });
      return set(registryKey.firewallRules(where), FirewallRuleSetSchema, { entries: empty ? [] : [rule] });
    }),
  fc
    .tuple(fc.constantFrom("ecdsa:Secp256k1:a", "vetkd:Bls12_381_G2:b"), fc.uniqueArray(subnet, { maxLength: 1 }))
    .map(([name, subnets]) =>
      set(`master_public_key_id_${name}`, ChainKeyEnabledSubnetListSchema, { subnets: subnets.map(subnetId) }),
    ),
  fc
    .tuple(
      subnet,
      fc.constantFrom(...THRESHOLD_KEYS),
      usually<AlgorithmId>(AlgorithmId.THRES_BLS12_381, AlgorithmId.ED25519),
    )
    .map(([id, keyValue, algorithm]) => set(registryKey.thresholdKey(id), PublicKeySchema, { keyValue, algorithm })),
  fc.tuple(subnet, fc.constantFrom(...THRESHOLD_KEYS)).map(([id, key]) =>
    set(registryKey.catchUpPackageContents(id), CatchUpPackageContentsSchema, {
      initialNiDkgTranscriptHighThreshold: { internalCspTranscript: transcript(key) },
    }),
  ),
  fc.tuple(canister, fc.array(fc.tuple(range, subnet), { maxLength: 2 })).map(([start, entries]) =>
    set(registryKey.canisterRanges(canisterIdOf(start)), RoutingTableSchema, {
      entries: entries.map(([[first, last], id]) => routingEntry(id, first, last)),
    }),
  ),
  fc.array(fc.tuple(range, fc.array(subnet, { minLength: 1, maxLength: 3 })), { maxLength: 2 }).map((entries) =>
    set("canister_migrations", CanisterMigrationsSchema, {
      entries: entries.map(([[first, last], trace]) => ({
        range: routingEntry(ROOT, first, last).range,
        subnetIds: trace.map(subnetId),
      })),
    }),
  ),
  fc
    .constantFrom("ZH2", "zh3")
    .map((id) => set(`data_center_record_${id.toLowerCase()}`, DataCenterRecordSchema, { id })),
);

const oddities: fc.Arbitrary<KeyChange> = fc.oneof(
  fc
    .constantFrom(
      "node_record_x",
      "data_center_record_ZH2",
      "firewall_rules_all",
      `crypto_record_${idOf(0).toText()}_9`,
    )
    .map((key) => ({ key, value: new Uint8Array() })),
  fc
    .constantFrom("subnet_list", registryKey.nodeRecord(idOf(0)), "unassigned_nodes_config")
    .map((key) => ({ key, value: Buffer.from("ff", "hex") })),
  fc.constant({ key: "something_else", value: Buffer.from("ff", "hex") }),
  fc
    .tuple(node, fc.constantFrom(1, 3, 4, 5), fc.constantFrom("committee 0", "certificate 1", "other"))
    .map(([index, purpose, bytes]) =>
      set(`crypto_record_${idOf(index).toText()}_${purpose}`, PublicKeySchema, { keyValue: Buffer.from(bytes) }),
    ),
);

/** Everything that the changes above can write, to be deleted. */
const deletion: fc.Arbitrary<KeyChange> = fc
  .oneof(
    node.map((index) => registryKey.nodeRecord(idOf(index))),
    node.map((index) => registryKey.apiBoundaryNode(idOf(index))),
    node.map((index) => registryKey.tlsCertificate(idOf(index))),
    subnet.map((id) => registryKey.subnetRecord(id)),
    subnet.map((id) => registryKey.thresholdKey(id)),
    fc.constantFrom(...OPERATORS).map((id) => registryKey.nodeOperatorRecord(id)),
    version.map((id) => registryKey.replicaVersion(id)),
    fc.constantFrom("hostos_version_h1", "subnet_list", "standard_engine_replica_version", "canister_migrations"),
    scope.map((where) => registryKey.firewallRules(where)),
    canister.map((start) => registryKey.canisterRanges(canisterIdOf(start))),
  )
  .map((key) => ({ key, value: undefined }));

const wholeNode = node.chain((index) => nodeRecord(fc.constant(index)).map((record) => [record, ...ownKeys(index)]));
const noNode = node.map((index) =>
  [registryKey.nodeRecord(idOf(index)), ...ownKeys(index).map(({ key }) => key)].map((key) => ({
    key,
    value: undefined,
  })),
);

/** One change of a small registry: often valid, wrong in every way that there is a rule for. */
export const rawChanges: fc.Arbitrary<readonly KeyChange[]> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: wholeNode },
      { weight: 2, arbitrary: nodeRecord(node).map((change) => [change]) },
      { weight: 1, arbitrary: noNode },
      { weight: 4, arbitrary: subnetRecord.map((change) => [change]) },
      { weight: 8, arbitrary: settings.map((change) => [change]) },
      { weight: 3, arbitrary: deletion.map((change) => [change]) },
      { weight: 1, arbitrary: oddities.map((change) => [change]) },
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((changes) => changes.flat());

/** A registry of two nodes, one of them a subnet. */
export const startChanges: readonly KeyChange[] = [
  set("nns_subnet_id", SubnetIdSchema, subnetId(ROOT)),
  set(registryKey.subnetRecord(ROOT), SubnetRecordSchema, { subnetType: 2 }),
  set("subnet_list", SubnetListRecordSchema, { subnets: [raw(SUBNETS[0] ?? ROOT)] }),
  set(registryKey.subnetRecord(SUBNETS[0] ?? ROOT), SubnetRecordSchema, {
    membership: [raw(idOf(0))],
    subnetType: 1,
    replicaVersionId: "v1",
  }),
  ...[0, 1].flatMap((index) => [
    set(registryKey.nodeRecord(idOf(index)), NodeRecordSchema, {
      http: { ipAddr: `fd00::1:${index}`, port: 8080 },
      xnet: { ipAddr: `fd00::1:${index}`, port: 2497 },
      nodeOperatorId: raw(OPERATORS[0] ?? ROOT),
      chipId: Buffer.from(`chip of node ${index}`),
      domain: `node-${index}.example`,
    }),
    ...ownKeys(index),
  ]),
  set(registryKey.nodeOperatorRecord(OPERATORS[0] ?? ROOT), NodeOperatorRecordSchema, {}),
  ...VERSIONS.map((id) =>
    set(registryKey.replicaVersion(id), ReplicaVersionRecordSchema, { guestLaunchMeasurements: measured }),
  ),
  set(registryKey.canisterRanges(canisterIdOf(0n)), RoutingTableSchema, { entries: [routingEntry(ROOT, 0n, 100n)] }),
];
