import {
  ApiBoundaryNodeRecordSchema,
  CanisterMigrationsSchema,
  FirewallRuleSetSchema,
  HostosVersionRecordSchema,
  ReplicaVersionRecordSchema,
  RoutingTableSchema,
  StandardEngineReplicaVersionRecordSchema,
  UnassignedNodesConfigRecordSchema,
} from "../../src/index.ts";
import { isPackage, rangeOf } from "./forms.ts";
import { type NaiveRules, textOf } from "./naive-registry.ts";

/** Rules about routing, versions, the firewall and unassigned nodes. */
export const NETWORK_RULES: NaiveRules = {
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

  "hostos-version": (r) =>
    r.nodes.every(([, { hostosVersionId: id }]) => id === undefined || r.has(`hostos_version_${id}`)) &&
    r
      .all(HostosVersionRecordSchema, "hostos_version_")
      .every(([, record]) => isPackage(record.releasePackageUrls, record.releasePackageSha256Hex)),

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
