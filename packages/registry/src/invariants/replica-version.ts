import { KeyPrefix, registryKey } from "../keys.ts";
import { isListedSubnet } from "../mutations/membership.ts";
import { ReplicaVersionRecordSchema, SubnetRecordSchema, SubnetType, type ReplicaVersionRecord } from "../records.ts";
import { versionsUsedBy } from "../state/indexes.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import { changedIds, changedKeys, changes, type Invariant, touchedSubnets } from "./invariant.ts";

const MEASUREMENT_BYTES = 48;
const MAX_CMDLINE_BYTES = 100 * 1024;

/**
 * Versions in use are elected; an elected version says completely where its image is and what it hashes to. Only a cloud
 * engine may name no version, and only while there is a standard one.
 */
export const replicaVersionInvariant: Invariant = {
  name: "replica-version",
  *check(transition) {
    const { after } = transition;
    for (const version of changedIds(transition, KeyPrefix.replicaVersion)) {
      const key = KeyPrefix.replicaVersion + version;
      const record = readRecord(after, ReplicaVersionRecordSchema, key);
      if (record) {
        if (version.trim() === "") yield "An elected version has a blank id.";
        for (const problem of [
          ...packageProblems(record.releasePackageUrls, record.releasePackageSha256Hex),
          ...measurementProblems(record),
        ]) {
          yield `${key} ${problem}.`;
        }
      } else {
        const user = after.holders("replicaVersionUser", version).find((holder) => isInUse(after, holder));
        if (user !== undefined) yield `${key} cannot go while ${user} uses it; move that to another version first.`;
      }
    }
    const users = [
      ...Array.from(touchedSubnets(transition), (subnet) => KeyPrefix.subnetRecord + subnet),
      ...changedKeys(transition, KeyPrefix.apiBoundaryNode),
      ...[registryKey.unassignedNodesConfig, registryKey.standardEngineReplicaVersion].filter((key) =>
        changes(transition, key),
      ),
    ];
    const standard = after.get(registryKey.standardEngineReplicaVersion) !== undefined;
    const standardGoes = !standard && changes(transition, registryKey.standardEngineReplicaVersion);
    for (const user of new Set([...users, ...(standardGoes ? enginesWithoutVersion(after) : [])])) {
      yield* userProblems(after, user, standard);
    }
  },
};

function* userProblems(view: RegistryView, user: string, standard: boolean): Iterable<string> {
  const value = view.get(user);
  for (const version of value === undefined ? [] : versionsUsedBy(user, value)) {
    if (version !== "") {
      if (view.get(registryKey.replicaVersion(version)) === undefined) {
        yield `${user} uses version ${version}, which is not elected.`;
      }
    } else if (readRecord(view, SubnetRecordSchema, subnetKey(user))?.subnetType !== SubnetType.CLOUD_ENGINE) {
      yield `${user} names no version; only a cloud engine may.`;
    } else if (!standard) {
      yield `${user} names no version, and there is no ${registryKey.standardEngineReplicaVersion}.`;
    }
  }
}

/** The key if it is that of a subnet record, or of none. */
function subnetKey(key: string): string {
  return key.startsWith(KeyPrefix.subnetRecord) ? key : "";
}

/** Listed subnets that name no version. */
function enginesWithoutVersion(view: RegistryView): string[] {
  return view.holders("replicaVersionUser", "").filter((key) => subnetKey(key) !== "" && isInUse(view, key));
}

/** A subnet uses its version only while it is listed. */
function isInUse(view: RegistryView, user: string): boolean {
  return subnetKey(user) === "" || isListedSubnet(view, user.slice(KeyPrefix.subnetRecord.length));
}

/** Whether the version is elected with measurements of its guest. */
export function hasLaunchMeasurements(view: RegistryView, version: string): boolean {
  const record = readRecord(view, ReplicaVersionRecordSchema, registryKey.replicaVersion(version));
  return (record?.guestLaunchMeasurements?.guestLaunchMeasurements.length ?? 0) > 0;
}

/** URLs and hash are both there or both not; the hash has 64 hex digits; the URLs are http(s). */
export function* packageProblems(urls: readonly string[], hash: string): Iterable<string> {
  if (urls.length > 0 !== (hash !== "")) yield "has only one of package hash and URLs";
  if (hash !== "" && !/^[0-9a-fA-F]{64}$/.test(hash)) yield `has "${hash}" for a SHA-256`;
  for (const url of urls) {
    const protocol = URL.canParse(url) ? new URL(url).protocol : "";
    if (protocol !== "https:" && protocol !== "http:") yield `has "${url}" for a download URL`;
  }
}

function* measurementProblems({ guestLaunchMeasurements: list }: ReplicaVersionRecord): Iterable<string> {
  if (!list) return;
  if (list.guestLaunchMeasurements.length === 0) yield "has an empty list of launch measurements";
  for (const { measurement, metadata } of list.guestLaunchMeasurements) {
    if (measurement.length !== MEASUREMENT_BYTES) {
      yield `has a launch measurement of ${measurement.length} bytes instead of ${MEASUREMENT_BYTES}`;
    }
    if (Buffer.byteLength(metadata?.kernelCmdline ?? "") > MAX_CMDLINE_BYTES) {
      yield `has a kernel command line of more than ${MAX_CMDLINE_BYTES} bytes`;
    }
  }
}
