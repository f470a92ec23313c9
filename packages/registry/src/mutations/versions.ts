import type { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { ReplicaVersionRecordSchema, SubnetRecordSchema, SubnetType } from "../records.ts";
import { put, remove, type Mutation } from "../state/mutation.ts";
import type { RegistryView } from "../state/view.ts";
import type { MutationFunction } from "./context.ts";
import { requireSubnet } from "./membership.ts";
import { refuse } from "./refuse.ts";

export interface GuestLaunchMeasurementsPayload {
  readonly guest_launch_measurements: readonly {
    readonly measurement: Uint8Array;
    readonly metadata?: { readonly kernel_cmdline?: string | undefined } | undefined;
  }[];
}
type Measurements = GuestLaunchMeasurementsPayload["guest_launch_measurements"];

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

/** Elects at most one version and takes any number back. A version is elected when it has a record. */
export const reviseElectedGuestosVersions: MutationFunction<ReviseElectedGuestosVersionsPayload, undefined> = (
  context,
  payload,
) => {
  const { view, rules } = context;
  const { elect, unelect } = electionOf({
    elect: payload.replica_version_to_elect,
    hash: payload.release_package_sha256_hex,
    urls: payload.release_package_urls,
    unelect: payload.replica_versions_to_unelect,
  });
  for (const version of unelect) {
    requireElected(view, version);
    const [user] = view.holders("replicaVersionUser", version);
    if (user !== undefined) throw refuse("version-in-use", `Version ${version} is still used by ${user}.`);
  }
  const removals = unelect.map((version) => remove(registryKey.replicaVersion(version)));
  const measurements = payload.guest_launch_measurements?.guest_launch_measurements;
  if (!elect && measurements) throw refuse("version-payload", "There are launch measurements but no version to elect.");
  if (!elect) return { mutations: removals, reply: undefined };
  if (rules.launchMeasurementsRequired && !measurements?.length) {
    throw refuse("launch-measurements-missing", "A version is elected only with its launch measurements.");
  }
  return { mutations: [...removals, electMutation(elect, measurements)], reply: undefined };
};

interface Election {
  readonly version: string;
  readonly hash: string;
  readonly urls: readonly string[];
}

/** What an election of GuestOS or HostOS versions asks for: one version with its package, or none; others to unelect. */
export function electionOf(payload: {
  readonly elect: string | undefined;
  readonly hash: string | undefined;
  readonly urls: readonly string[];
  readonly unelect: readonly string[];
}): { readonly elect: Election | undefined; readonly unelect: readonly string[] } {
  const { elect: version, hash, urls } = payload;
  const unelect = [...new Set(payload.unelect)];
  const given = [version !== undefined, hash !== undefined, urls.length > 0];
  if (!given.includes(true)) {
    if (unelect.length === 0) throw refuse("version-payload", "There is no version to elect or to unelect.");
    return { elect: undefined, unelect };
  }
  if (given.includes(false) || version === undefined || hash === undefined) {
    throw refuse("version-payload", "A version to elect needs its id, its SHA-256 and at least one URL.");
  }
  if (unelect.includes(version)) {
    throw refuse("version-payload", "The same version cannot be elected and unelected.");
  }
  return { elect: { version, hash, urls }, unelect };
}

function electMutation({ version, hash, urls }: Election, measurements: Measurements | undefined): Mutation {
  return put("insert", registryKey.replicaVersion(version), ReplicaVersionRecordSchema, {
    releasePackageSha256Hex: hash,
    releasePackageUrls: [...urls],
    ...(measurements && {
      guestLaunchMeasurements: {
        guestLaunchMeasurements: measurements.map(({ measurement, metadata }) => ({
          measurement,
          ...(metadata && {
            metadata: { ...(metadata.kernel_cmdline !== undefined && { kernelCmdline: metadata.kernel_cmdline }) },
          }),
        })),
      },
    }),
  });
}

/** A cloud engine may be given no version: it then runs the standard version of engines, if there is one. */
export const deployGuestosToAllSubnetNodes: MutationFunction<DeployGuestosToAllSubnetNodesPayload, undefined> = (
  context,
  { subnet_id, replica_version_id },
) => {
  const record = requireSubnet(context.view, subnet_id);
  const blank = replica_version_id === "" && record.subnetType === SubnetType.CLOUD_ENGINE;
  if (!blank) requireElected(context.view, replica_version_id);
  record.replicaVersionId = replica_version_id;
  const key = registryKey.subnetRecord(subnet_id);
  return { mutations: [put("update", key, SubnetRecordSchema, record)], reply: undefined };
};

export function requireElected(view: RegistryView, version: string): void {
  if (version === "" || view.get(registryKey.replicaVersion(version)) === undefined) {
    throw refuse("version-not-elected", `GuestOS version "${version}" is not elected.`, { version });
  }
}
