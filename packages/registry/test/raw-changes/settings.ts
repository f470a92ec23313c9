import { create } from "@bufbuild/protobuf";
import { encodeCborUntagged } from "@icos/certification";
import * as fc from "fast-check";
import {
  AlgorithmId,
  ApiBoundaryNodeRecordSchema,
  canisterIdOf,
  CanisterMigrationsSchema,
  CatchUpPackageContentsSchema,
  ChainKeyEnabledSubnetListSchema,
  DataCenterRecordSchema,
  FirewallAction,
  FirewallRuleSchema,
  FirewallRuleSetSchema,
  type FirewallScope,
  HostosVersionRecordSchema,
  type KeyChange,
  NodeOperatorRecordSchema,
  PublicKeySchema,
  registryKey,
  ReplicaVersionRecordSchema,
  routingEntry,
  RoutingTableSchema,
  StandardEngineReplicaVersionRecordSchema,
  SubnetListRecordSchema,
  UnassignedNodesConfigRecordSchema,
} from "../../src/index.ts";
import {
  idOf,
  listOf,
  node,
  OPERATORS,
  rarely,
  raw,
  ROOT,
  set,
  subnet,
  subnetId,
  THRESHOLD_KEYS,
  usually,
  version,
} from "./values.ts";

const transcript = (key: Uint8Array): Uint8Array =>
  encodeCborUntagged({ Groth20_Bls12_381: { public_coefficients: { coefficients: [key] }, receiver_data: {} } });
export const scope: fc.Arbitrary<FirewallScope> = fc.oneof(
  fc.constant({ kind: "global" as const }),
  node.map((index) => ({ kind: "node" as const, node: idOf(index) })),
  subnet.map((id) => ({ kind: "subnet" as const, subnet: id })),
);
export const canister = fc.constantFrom(0n, 5n, 10n);
const range = fc.tuple(canister, fc.constantFrom(0n, 4n, 9n)).map(([start, more]) => [start, start + more] as const);
export const measured = { guestLaunchMeasurements: [{ measurement: new Uint8Array(48) }] };

export const settings: fc.Arbitrary<KeyChange> = fc.oneof(
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
