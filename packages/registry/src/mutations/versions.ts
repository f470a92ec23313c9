import type { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { ReplicaVersionRecordSchema, SubnetRecordSchema, UnassignedNodesConfigRecordSchema } from "../records.ts";
import { put, remove, type Mutation } from "../state/mutation.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { requireGovernance } from "./access.ts";
import type { MutationFunction } from "./context.ts";
import { requireSubnet } from "./membership.ts";
import { refuse } from "./refuse.ts";

export interface GuestLaunchMeasurementsPayload {
  readonly guest_launch_measurements: readonly {
    readonly measurement: Uint8Array;
    readonly metadata?: { readonly kernel_cmdline: string } | undefined;
  }[];
}

export interface ReviseElectedGuestosVersionsPayload {
  readonly replica_version_to_elect?: string | undefined;
  readonly release_package_sha256_hex?: string | undefined;
  readonly release_package_urls: readonly string[];
  readonly guest_launch_measurements?: GuestLaunchMeasurementsPayload | undefined;
  readonly replica_versions_to_unelect: readonly string[];
}

export interface DeployGuestosToAllSubnetNodesPayload {
  readonly subnet_id: Principal;
  readonly replica_version_id: string;
}

export interface DeployGuestosToAllUnassignedNodesPayload {
  readonly elected_replica_version: string;
}

export interface UpdateUnassignedNodesConfigPayload {
  readonly replica_version?: string | undefined;
  readonly ssh_readonly_access?: readonly string[] | undefined;
}

/** Elects at most one version and takes any number back. A version is elected when it has a record. */
export const reviseElectedGuestosVersions: MutationFunction<ReviseElectedGuestosVersionsPayload, undefined> = (
  context,
  payload,
) => {
  requireGovernance(context, "revise_elected_guestos_versions");
  const { view } = context;
  const elect = electMutation(payload);
  const unelect = [...new Set(payload.replica_versions_to_unelect)];
  if (!elect && unelect.length === 0) throw refuse("version-payload", "There is no version to elect or to unelect.");
  if (elect && unelect.includes(payload.replica_version_to_elect ?? "")) {
    throw refuse("version-payload", "The same version cannot be elected and unelected.");
  }
  for (const version of unelect) {
    requireElected(view, version);
    const [user] = view.holders("replicaVersionUser", version);
    if (user !== undefined) throw refuse("version-in-use", `Version ${version} is still used by ${user}.`);
  }
  const removals = unelect.map((version) => remove(registryKey.replicaVersion(version)));
  return { mutations: [...removals, ...(elect ? [elect] : [])], reply: undefined };
};

function electMutation(payload: ReviseElectedGuestosVersionsPayload): Mutation | undefined {
  const { replica_version_to_elect: version, release_package_sha256_hex: hash, release_package_urls: urls } = payload;
  const given = [version !== undefined, hash !== undefined, urls.length > 0];
  if (!given.includes(true)) return undefined;
  if (given.includes(false) || version === undefined || hash === undefined) {
    throw refuse("version-payload", "A version to elect needs its id, its SHA-256 and at least one URL.");
  }
  const measurements = payload.guest_launch_measurements?.guest_launch_measurements;
  return put("insert", registryKey.replicaVersion(version), ReplicaVersionRecordSchema, {
    releasePackageSha256Hex: hash,
    releasePackageUrls: [...urls],
    ...(measurements && {
      guestLaunchMeasurements: {
        guestLaunchMeasurements: measurements.map(({ measurement, metadata }) => ({
          measurement,
          ...(metadata && { metadata: { kernelCmdline: metadata.kernel_cmdline } }),
        })),
      },
    }),
  });
}

export const deployGuestosToAllSubnetNodes: MutationFunction<DeployGuestosToAllSubnetNodesPayload, undefined> = (
  context,
  { subnet_id, replica_version_id },
) => {
  requireGovernance(context, "deploy_guestos_to_all_subnet_nodes");
  requireElected(context.view, replica_version_id);
  const record = requireSubnet(context.view, subnet_id);
  record.replicaVersionId = replica_version_id;
  const key = registryKey.subnetRecord(subnet_id);
  return { mutations: [put("update", key, SubnetRecordSchema, record)], reply: undefined };
};

export const deployGuestosToAllUnassignedNodes: MutationFunction<
  DeployGuestosToAllUnassignedNodesPayload,
  undefined
> = (context, { elected_replica_version }) => {
  requireGovernance(context, "deploy_guestos_to_all_unassigned_nodes");
  return {
    mutations: [unassignedConfig(context.view, { replica_version: elected_replica_version })],
    reply: undefined,
  };
};

export const updateUnassignedNodesConfig: MutationFunction<UpdateUnassignedNodesConfigPayload, undefined> = (
  context,
  payload,
) => {
  requireGovernance(context, "update_unassigned_nodes_config");
  return { mutations: [unassignedConfig(context.view, payload)], reply: undefined };
};

function unassignedConfig(view: RegistryView, payload: UpdateUnassignedNodesConfigPayload): Mutation {
  const key = registryKey.unassignedNodesConfig;
  const old = readRecord(view, UnassignedNodesConfigRecordSchema, key);
  if (payload.replica_version !== undefined) requireElected(view, payload.replica_version);
  return put("upsert", key, UnassignedNodesConfigRecordSchema, {
    replicaVersion: payload.replica_version ?? old?.replicaVersion ?? "",
    sshReadonlyAccess: [...(payload.ssh_readonly_access ?? old?.sshReadonlyAccess ?? [])],
  });
}

export function requireElected(view: RegistryView, version: string): void {
  if (version === "" || view.get(registryKey.replicaVersion(version)) === undefined) {
    throw refuse("version-not-elected", `GuestOS version "${version}" is not elected.`, { version });
  }
}
