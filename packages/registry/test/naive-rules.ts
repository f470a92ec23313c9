import { createHash } from "node:crypto";
import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { Principal } from "@icos/certification";
import {
  ApiBoundaryNodeRecordSchema,
  CanisterMigrationsSchema,
  CatchUpPackageContentsSchema,
  ChainKeyEnabledSubnetListSchema,
  type ConnectionEndpoint,
  DataCenterRecordSchema,
  FirewallRuleSetSchema,
  HostosVersionRecordSchema,
  type MasterPublicKeyId,
  NodeRecordSchema,
  PublicKeySchema,
  recordSchemaOf,
  type RegistryRules,
  ReplicaVersionRecordSchema,
  RoutingTableSchema,
  StandardEngineReplicaVersionRecordSchema,
  SubnetIdSchema,
  SubnetListRecordSchema,
  SubnetRecordSchema,
  UnassignedNodesConfigRecordSchema,
  X509PublicKeyCertSchema,
} from "../src/index.ts";

/**
 * The rules of the registry written down once more, without a thought for speed: over all records, by name of the
 * invariant. Shares only the records' schemas with the product.
 */
export function naiveViolations(records: ReadonlyMap<string, Uint8Array>, rules: RegistryRules): ReadonlySet<string> {
  if ([...records].some(([key, value]) => !decodes(key, value))) return new Set(["record-format"]);
  const registry = new Naive(records, rules);
  return new Set(Object.entries(CHECKS).flatMap(([name, holds]) => (holds(registry) ? [] : [name])));
}

function decodes(key: string, value: Uint8Array): boolean {
  const schema = recordSchemaOf(key);
  try {
    if (schema) fromBinary(schema, value);
    return true;
  } catch {
    return false;
  }
}

const textOf = (bytes: Uint8Array | undefined): string => Principal.fromUint8Array(bytes ?? new Uint8Array()).toText();
const unique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

class Naive {
  readonly records: ReadonlyMap<string, Uint8Array>;
  readonly rules: RegistryRules;

  constructor(records: ReadonlyMap<string, Uint8Array>, rules: RegistryRules) {
    this.records = records;
    this.rules = rules;
  }

  has(key: string): boolean {
    return this.records.has(key);
  }

  get<S extends DescMessage>(schema: S, key: string): MessageShape<S> | undefined {
    const value = this.records.get(key);
    return value && fromBinary(schema, value);
  }

  /** Records of a family by what follows its prefix. */
  all<S extends DescMessage>(schema: S, prefix: string): [string, MessageShape<S>][] {
    return [...this.records].flatMap(([key, value]) =>
      key.startsWith(prefix)
        ? [[key.slice(prefix.length), fromBinary(schema, value)] as [string, MessageShape<S>]]
        : [],
    );
  }

  get nodes() {
    return this.all(NodeRecordSchema, "node_record_");
  }

  get listed(): string[] {
    return (this.get(SubnetListRecordSchema, "subnet_list")?.subnets ?? []).map(textOf);
  }

  get subnets() {
    const listed = new Set(this.listed);
    return this.all(SubnetRecordSchema, "subnet_record_").filter(([id]) => listed.has(id));
  }

  measured(version: string): boolean {
    const record = this.get(ReplicaVersionRecordSchema, `replica_version_${version}`);
    return (record?.guestLaunchMeasurements?.guestLaunchMeasurements.length ?? 0) > 0;
  }
}

const CHECKS: Readonly<Record<string, (registry: Naive) => boolean>> = {
  "key-names": (r) =>
    [...r.records].every(([key]) => {
      const hostos = r.get(HostosVersionRecordSchema, key.startsWith("hostos_version_") ? key : "");
      if (hostos) return key === `hostos_version_${hostos.hostosVersionId}`;
      const center = r.get(DataCenterRecordSchema, key.startsWith("data_center_record_") ? key : "");
      if (center) return key === `data_center_record_${center.id.toLowerCase()}`;
      const principal =
        /^(?:node_record|crypto_tls_cert|node_operator_record|subnet_record|catch_up_package_contents|crypto_threshold_signing_public_key|api_boundary_node|firewall_rules_(?:node|subnet))_(.*)$/.exec(
          key,
        )?.[1] ?? /^crypto_record_(.*)_[1345]$/.exec(key)?.[1];
      if (principal !== undefined) return isPrincipal(principal);
      if (key.startsWith("crypto_record_")) return false;
      if (key.startsWith("firewall_rules_"))
        return ["global", "replica_nodes", "api_boundary_nodes"].includes(key.slice("firewall_rules_".length));
      if (key.startsWith("master_public_key_id_"))
        return /^master_public_key_id_(ecdsa:Secp256k1|schnorr:(Bip340Secp256k1|Ed25519)|vetkd:Bls12_381_G2):/.test(
          key,
        );
      return !key.startsWith("canister_ranges_") || /^canister_ranges_[0-9a-f]{16}0101$/.test(key);
    }),

  "node-operator": (r) => r.nodes.every(([, node]) => r.has(`node_operator_record_${textOf(node.nodeOperatorId)}`)),

  "node-keys": (r) => {
    const keys = r.all(PublicKeySchema, "crypto_record_");
    const certificates = r.all(X509PublicKeyCertSchema, "crypto_tls_cert_");
    const bytes = [...keys.map(([, key]) => key.keyValue), ...certificates.map(([, c]) => c.certificateDer)];
    const suffix = { nodeSigning: 1, dkgDealingEncryption: 3, committeeSigning: 4, idkgMegaEncryption: 5 };
    const nodesAreRight = r.nodes.every(([id]) => {
      const signing = keys.find(([name]) => name === `${id}_1`)?.[1];
      return (
        (!signing || nodeId(signing.keyValue) === id) &&
        r.rules.requiredNodeKeys.every((name) =>
          r.has(name === "tlsCertificate" ? `crypto_tls_cert_${id}` : `crypto_record_${id}_${suffix[name]}`),
        )
      );
    });
    return nodesAreRight && unique(bytes.map((value) => Buffer.from(value).toString("hex")));
  },

  "orphaned-keys": (r) =>
    [...r.records.keys()].every((key) => {
      const id = /^crypto_(?:tls_cert|record)_([a-z0-9-]+)/.exec(key)?.[1];
      return id === undefined || r.has(`node_record_${id}`);
    }),

  "chain-key-config": (r) =>
    r.subnets.every(([, { chainKeyConfig }]) => {
      const configs = chainKeyConfig?.keyConfigs ?? [];
      const names = configs.map(({ keyId }) => chainKey(keyId));
      return (
        unique(names) &&
        !names.includes(undefined) &&
        configs.every(
          ({ keyId, maxQueueSize, preSignaturesToCreateInAdvance }) =>
            maxQueueSize !== undefined && (keyId?.keyId.case === "vetkd" || (preSignaturesToCreateInAdvance ?? 0) > 0),
        )
      );
    }),

  "chain-key-subnets": (r) =>
    r.all(ChainKeyEnabledSubnetListSchema, "master_public_key_id_").every(([name, { subnets }]) =>
      subnets.every(({ principalId }) => {
        const record = r.get(SubnetRecordSchema, `subnet_record_${textOf(principalId?.raw)}`);
        return record?.chainKeyConfig?.keyConfigs.some(({ keyId }) => chainKey(keyId) === name) === true;
      }),
    ),

  "subnet-keys": (r) =>
    r.listed.every((id) => {
      const key = r.get(PublicKeySchema, `crypto_threshold_signing_public_key_${id}`);
      const contents = r.get(CatchUpPackageContentsSchema, `catch_up_package_contents_${id}`);
      if (!key && !contents) return !r.rules.requireSubnetKeys;
      if (!key || !contents) return false;
      // The tests' transcripts end in the key and an empty map of receivers.
      const transcript = contents.initialNiDkgTranscriptHighThreshold?.internalCspTranscript ?? new Uint8Array();
      return (
        key.algorithm === 2 && Buffer.from(transcript).includes(Buffer.from(key.keyValue)) && key.keyValue.length === 96
      );
    }),

  assignment: (r) => {
    const members = r.all(SubnetRecordSchema, "subnet_record_").flatMap(([, { membership }]) => membership.map(textOf));
    return r.all(ApiBoundaryNodeRecordSchema, "api_boundary_node_").every(([id]) => !members.includes(id));
  },

  routing: (r) => {
    const shards = r.all(RoutingTableSchema, "canister_ranges_").sort(([a], [b]) => (a < b ? -1 : 1));
    const starts = [...shards.map(([name]) => BigInt(`0x${name.slice(0, 16)}`)), 1n << 64n];
    return shards.every(([, { entries }], place) => {
      let free = starts[place] ?? 0n;
      const limit = starts[place + 1] ?? 0n;
      return entries.every((entry) => {
        const [start, end] = rangeOf(entry);
        const good = start >= free && start <= end && end < limit && (entry.subnetId?.principalId?.raw.length ?? 0) > 0;
        free = end + 1n;
        return good;
      });
    });
  },

  "canister-migrations": (r) => {
    const entries = r.get(CanisterMigrationsSchema, "canister_migrations")?.entries ?? [];
    const routed = r
      .all(RoutingTableSchema, "canister_ranges_")
      .flatMap(([, table]) =>
        table.entries.map((entry) => ({ range: rangeOf(entry), subnet: textOf(entry.subnetId?.principalId?.raw) })),
      );
    const hosts = (canister: bigint): string | undefined =>
      routed.find(({ range: [start, end] }) => start <= canister && canister <= end)?.subnet;
    return entries.every((entry, place) => {
      const [start, end] = rangeOf(entry);
      const trace = entry.subnetIds.map(({ principalId }) => textOf(principalId?.raw));
      if (start > end || trace.length < 2 || trace.some((subnet, index) => subnet === trace[index + 1])) return false;
      // The tests' ranges are short: each canister is asked for.
      const found = new Set(
        Array.from({ length: Number(end - start) + 1 }, (_, index) => hosts(start + BigInt(index))),
      );
      const [host] = found;
      return (
        found.size === 1 &&
        host !== undefined &&
        trace.includes(host) &&
        entries.every((other, index) => index === place || rangeOf(other)[0] > end || rangeOf(other)[1] < start)
      );
    });
  },

  "subnet-list": (r) => {
    const root = textOf(r.get(SubnetIdSchema, "nns_subnet_id")?.principalId?.raw);
    return (
      unique(r.listed) &&
      r.listed.every((id) => r.has(`subnet_record_${id}`)) &&
      [root, ...r.listed].some((id) => r.get(SubnetRecordSchema, `subnet_record_${id}`)?.subnetType === 2)
    );
  },

  "subnet-membership": (r) => {
    const members = r.subnets.map(([, { membership }]) => membership.map(textOf));
    return (
      members.every((ids) => ids.length > 0 && ids.every((id) => r.has(`node_record_${id}`))) && unique(members.flat())
    );
  },

  "subnet-settings": (r) =>
    r.subnets.every(([, subnet]) => {
      const { subnetType: type, canisterCyclesCostSchedule: schedule, features, replicaVersionId } = subnet;
      const nodes = subnet.membership.flatMap((id) => r.get(NodeRecordSchema, `node_record_${textOf(id)}`) ?? []);
      const sev = features?.sevEnabled === true;
      const type4 = nodes.map(({ nodeRewardType }) => (nodeRewardType ?? 0) >= 7);
      return (
        type !== 0 &&
        (schedule !== 2 || type === 1 || type === 5) &&
        (type !== 5 || schedule === 2) &&
        (subnet.subnetAdmins.length === 0 || (schedule === 2 && (type === 1 || type === 5))) &&
        subnet.sshReadonlyAccess.length <= 50 &&
        subnet.sshBackupAccess.length <= 50 &&
        type4.every((is) => is === (type === 5)) &&
        (!sev || nodes.every(({ chipId }) => (chipId?.length ?? 0) > 0)) &&
        (!sev || replicaVersionId === "" || r.measured(replicaVersionId))
      );
    }),

  "replica-version": (r) => {
    const standard = r.get(StandardEngineReplicaVersionRecordSchema, "standard_engine_replica_version");
    const unassigned = r.get(UnassignedNodesConfigRecordSchema, "unassigned_nodes_config");
    const engines = r.subnets.filter(
      ([, { subnetType, replicaVersionId }]) => subnetType === 5 && replicaVersionId === "",
    );
    const used = [
      ...r.subnets.filter((subnet) => !engines.some(([id]) => id === subnet[0])).map(([, s]) => s.replicaVersionId),
      ...r.all(ApiBoundaryNodeRecordSchema, "api_boundary_node_").map(([, { version }]) => version),
      ...(unassigned ? [unassigned.replicaVersion] : []),
      ...(standard ? [standard.newReplicaVersionId, standard.oldReplicaVersionId] : []),
    ];
    return (
      (engines.length === 0 || standard !== undefined) &&
      used.every((version) => version !== "" && r.has(`replica_version_${version}`)) &&
      r.all(ReplicaVersionRecordSchema, "replica_version_").every(([id, record]) => {
        const measurements = record.guestLaunchMeasurements?.guestLaunchMeasurements;
        return (
          id.trim() !== "" &&
          isPackage(record.releasePackageUrls, record.releasePackageSha256Hex) &&
          (!measurements ||
            (measurements.length > 0 && measurements.every(({ measurement }) => measurement.length === 48)))
        );
      })
    );
  },

  "api-boundary-node": (r) => {
    const nodes = r
      .all(ApiBoundaryNodeRecordSchema, "api_boundary_node_")
      .map(([id]) => r.get(NodeRecordSchema, `node_record_${id}`));
    return (
      nodes.every(
        (node) =>
          node?.domain !== undefined &&
          node.domain !== "" &&
          (SPELLINGS[node.http?.ipAddr ?? ""] ?? "").includes(":") &&
          (!node.publicIpv4Config || /^\d+\.\d+\.\d+\.\d+$/.test(node.publicIpv4Config.ipAddr)),
      ) && unique(nodes.map((node) => node?.domain?.toLowerCase().replace(/\.$/, "")))
    );
  },

  "hostos-version": (r) =>
    r.nodes.every(([, { hostosVersionId: id }]) => id === undefined || r.has(`hostos_version_${id}`)) &&
    r
      .all(HostosVersionRecordSchema, "hostos_version_")
      .every(([, record]) => isPackage(record.releasePackageUrls, record.releasePackageSha256Hex)),

  endpoints: (r) => {
    const show = (end: ConnectionEndpoint | undefined) => `${SPELLINGS[end?.ipAddr ?? ""] ?? ""} ${end?.port ?? ""}`;
    return (
      r.nodes.every(([, { http, xnet }]) =>
        [http, xnet].every((end) => end !== undefined && end.port <= 65_535 && SPELLINGS[end.ipAddr] !== undefined),
      ) && unique(r.nodes.flatMap(([, { http, xnet }]) => [show(http), show(xnet)]))
    );
  },

  firewall: (r) =>
    r.all(FirewallRuleSetSchema, "firewall_rules_").every(([scope, { entries }]) => {
      const [, kind, id = ""] = /^(node|subnet)_(.*)$/.exec(scope) ?? [];
      const exists = kind === undefined || (kind === "node" ? r.has(`node_record_${id}`) : r.listed.includes(id));
      return (
        (exists || entries.length === 0) &&
        entries.every(
          (rule) =>
            // The tests' prefixes are one that can be parsed and one that cannot.
            rule.ipv6Prefixes.length > 0 &&
            rule.ipv6Prefixes.every((prefix) => prefix === "fd00::/8") &&
            rule.ports.length > 0 &&
            rule.ports.every((port) => port < 65_536) &&
            rule.action !== 0,
        )
      );
    }),

  "unassigned-config": (r) =>
    (r.get(UnassignedNodesConfigRecordSchema, "unassigned_nodes_config")?.sshReadonlyAccess.length ?? 0) <= 50,

  "node-record": (r) =>
    r.nodes.every(([, node]) => node.sshNodeStateWriteAccess.length <= 50) &&
    unique(r.nodes.flatMap(([, { chipId }]) => (chipId?.length ? [Buffer.from(chipId).toString("hex")] : []))),

  "standard-engine": (r) => {
    const record = r.get(StandardEngineReplicaVersionRecordSchema, "standard_engine_replica_version");
    return (
      !record ||
      (record.deploymentProgress >= 0 &&
        record.deploymentProgress <= 1 &&
        record.newReplicaVersionId !== record.oldReplicaVersionId &&
        r.measured(record.newReplicaVersionId) &&
        r.measured(record.oldReplicaVersionId))
    );
  },
};

/** The names of the rules above. */
export const NAIVE_RULES: readonly string[] = ["record-format", ...Object.keys(CHECKS)];

/** Every address that the tests use and that can be used, and the one it is a spelling of. */
export const SPELLINGS: Readonly<Record<string, string>> = {
  "fd00::1": "fd00::1",
  "FD00:0:0::1": "fd00::1",
  "fd00::1:0": "fd00::1:0",
  "fd00::1:1": "fd00::1:1",
  "fd00::1:2": "fd00::1:2",
  "fd00::1:3": "fd00::1:3",
  "fd00::2": "fd00::2",
  "fd00::3": "fd00::3",
  "10.0.0.1": "10.0.0.1",
  "::ffff:10.0.0.1": "10.0.0.1",
};

function isPrincipal(text: string): boolean {
  try {
    return Principal.fromText(text).toText() === text && Principal.fromText(text).toUint8Array().length <= 29;
  } catch {
    return false;
  }
}

/** SHA-224 of the DER of an Ed25519 key, then 2. */
function nodeId(key: Uint8Array): string {
  const der = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), key]);
  return textOf(Buffer.concat([createHash("sha224").update(der).digest(), Buffer.from([2])]));
}

function chainKey(id: MasterPublicKeyId | undefined): string | undefined {
  const key = id?.keyId;
  if (key?.case === "ecdsa" && key.value.curve === 1) return `ecdsa:Secp256k1:${key.value.name}`;
  return key?.case === "vetkd" && key.value.curve === 1 ? `vetkd:Bls12_381_G2:${key.value.name}` : undefined;
}

type WithRange = Pick<MessageShape<typeof RoutingTableSchema>["entries"][number], "range">;

/** Of canister numbers; an empty one when there is none. */
function rangeOf({ range }: WithRange): [bigint, bigint] {
  const number = (raw: Uint8Array | undefined): bigint | undefined =>
    raw?.length === 10 ? Buffer.from(raw).readBigUInt64BE(0) : undefined;
  return [number(range?.startCanisterId?.principalId?.raw) ?? 1n, number(range?.endCanisterId?.principalId?.raw) ?? 0n];
}

function isPackage(urls: readonly string[], hash: string): boolean {
  if (urls.length === 0 || hash === "") return urls.length === 0 && hash === "";
  return /^[0-9a-f]{64}$/.test(hash) && urls.every((url) => /^https?:\/\/\w/.test(url));
}
