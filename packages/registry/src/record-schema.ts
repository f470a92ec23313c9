import type { DescMessage } from "@bufbuild/protobuf";
import { KeyPrefix, registryKey } from "./keys.ts";
import {
  ApiBoundaryNodeRecordSchema,
  BlessedReplicaVersionsSchema,
  CanisterMigrationsSchema,
  CatchUpPackageContentsSchema,
  ChainKeyEnabledSubnetListSchema,
  DataCenterRecordSchema,
  ECDSASigningSubnetListSchema,
  FirewallConfigSchema,
  FirewallRuleSetSchema,
  HostosVersionRecordSchema,
  NnsCanisterRecordsSchema,
  NodeOperatorRecordSchema,
  NodeRecordSchema,
  NodeRewardsTableSchema,
  ProvisionalWhitelistSchema,
  PublicKeySchema,
  ReplicaVersionRecordSchema,
  RoutingTableSchema,
  StandardEngineReplicaVersionRecordSchema,
  SubnetIdSchema,
  SubnetListRecordSchema,
  SubnetRecordSchema,
  UnassignedNodesConfigRecordSchema,
  X509PublicKeyCertSchema,
} from "./records.ts";

/** The record of each family of keys, by prefix. */
const FAMILY_SCHEMAS = {
  [KeyPrefix.subnetRecord]: SubnetRecordSchema,
  [KeyPrefix.catchUpPackageContents]: CatchUpPackageContentsSchema,
  [KeyPrefix.thresholdKey]: PublicKeySchema,
  [KeyPrefix.nodeRecord]: NodeRecordSchema,
  [KeyPrefix.cryptoRecord]: PublicKeySchema,
  [KeyPrefix.tlsCertificate]: X509PublicKeyCertSchema,
  [KeyPrefix.nodeOperatorRecord]: NodeOperatorRecordSchema,
  [KeyPrefix.dataCenterRecord]: DataCenterRecordSchema,
  [KeyPrefix.replicaVersion]: ReplicaVersionRecordSchema,
  [KeyPrefix.hostosVersion]: HostosVersionRecordSchema,
  [KeyPrefix.apiBoundaryNode]: ApiBoundaryNodeRecordSchema,
  [KeyPrefix.canisterRanges]: RoutingTableSchema,
  [KeyPrefix.firewallRules]: FirewallRuleSetSchema,
  [KeyPrefix.chainKeySubnets]: ChainKeyEnabledSubnetListSchema,
  [KeyPrefix.ecdsaSubnets]: ECDSASigningSubnetListSchema,
} as const satisfies Record<(typeof KeyPrefix)[keyof typeof KeyPrefix], DescMessage>;

type SingleKey = Extract<(typeof registryKey)[keyof typeof registryKey], string>;

/** The records that have a key of their own. */
const SINGLE_SCHEMAS = {
  [registryKey.nnsSubnetId]: SubnetIdSchema,
  [registryKey.subnetList]: SubnetListRecordSchema,
  [registryKey.unassignedNodesConfig]: UnassignedNodesConfigRecordSchema,
  [registryKey.nodeRewardsTable]: NodeRewardsTableSchema,
  [registryKey.canisterMigrations]: CanisterMigrationsSchema,
  [registryKey.provisionalWhitelist]: ProvisionalWhitelistSchema,
  [registryKey.nnsCanisterRecords]: NnsCanisterRecordsSchema,
  [registryKey.standardEngineReplicaVersion]: StandardEngineReplicaVersionRecordSchema,
  [registryKey.blessedReplicaVersions]: BlessedReplicaVersionsSchema,
  [registryKey.routingTable]: RoutingTableSchema,
  [registryKey.firewallConfig]: FirewallConfigSchema,
} as const satisfies Record<SingleKey, DescMessage>;

export interface RecordKind {
  /** The prefix that the keys of such records share, or the key when there is only one. */
  readonly family: string;
  /** What follows the prefix; empty when the record has a key of its own. */
  readonly id: string;
  readonly schema: DescMessage;
}

/** Every family and single key with the schema of its records. */
export const RECORD_SCHEMAS: ReadonlyMap<string, DescMessage> = new Map<string, DescMessage>([
  ...Object.entries(SINGLE_SCHEMAS),
  ...Object.entries(FAMILY_SCHEMAS),
]);
const PREFIXES: readonly string[] = Object.keys(FAMILY_SCHEMAS);

/** What kind of record a key is for; undefined for a key that no record of the registry has. */
export function recordKindOf(key: string): RecordKind | undefined {
  const family = Object.hasOwn(SINGLE_SCHEMAS, key) ? key : PREFIXES.find((prefix) => key.startsWith(prefix));
  const schema = family === undefined ? undefined : RECORD_SCHEMAS.get(family);
  return family === undefined || !schema ? undefined : { family, id: key.slice(family.length), schema };
}

/** The schema of the record at the key; undefined when no record of the registry has such a key. */
export function recordSchemaOf(key: string): DescMessage | undefined {
  return recordKindOf(key)?.schema;
}
