import * as fc from "fast-check";
import {
  canisterIdOf,
  type KeyChange,
  NodeOperatorRecordSchema,
  NodeRecordSchema,
  PublicKeySchema,
  registryKey,
  ReplicaVersionRecordSchema,
  routingEntry,
  RoutingTableSchema,
  SubnetIdSchema,
  SubnetListRecordSchema,
  SubnetRecordSchema,
} from "../src/index.ts";
import { nodeRecord, noNode, ownKeys, wholeNode } from "./raw-changes/nodes.ts";
import { canister, measured, scope, settings } from "./raw-changes/settings.ts";
import { subnetRecord } from "./raw-changes/subnets.ts";
import {
  idOf,
  node,
  OPERATORS,
  raw,
  ROOT,
  set,
  subnet,
  subnetId,
  SUBNETS,
  version,
  VERSIONS,
} from "./raw-changes/values.ts";

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
