import { KeyPrefix, registryKey } from "../keys.ts";
import { ReplicaVersionRecordSchema, type ReplicaVersionRecord } from "../records.ts";
import { indexEntries } from "../state/indexes.ts";
import { readRecord } from "../state/view.ts";
import { changedKeys, type Invariant } from "./invariant.ts";

const MEASUREMENT_BYTES = 48;
const MAX_CMDLINE_BYTES = 100 * 1024;

/** Versions in use are elected; an elected version says completely where its image is and what it hashes to. */
export const replicaVersionInvariant: Invariant = {
  name: "replica-version",
  *check(transition) {
    const { after, changes } = transition;
    for (const key of changedKeys(transition, KeyPrefix.replicaVersion)) {
      const version = key.slice(KeyPrefix.replicaVersion.length);
      const record = readRecord(after, ReplicaVersionRecordSchema, key);
      if (!record) {
        const [user] = after.holders("replicaVersionUser", version);
        if (user !== undefined) yield `${key} cannot go while ${user} uses it.`;
        continue;
      }
      if (version.trim() === "") yield "An elected version has a blank id.";
      for (const problem of packageProblems(record.releasePackageUrls, record.releasePackageSha256Hex)) {
        yield `${key} ${problem}.`;
      }
      for (const problem of measurementProblems(record)) yield `${key} ${problem}.`;
    }
    for (const { key, value } of changes) {
      if (value === undefined) continue;
      for (const version of indexEntries("replicaVersionUser", key, value)) {
        if (version !== "" && after.get(registryKey.replicaVersion(version)) === undefined) {
          yield `${key} uses version ${version}, which is not elected.`;
        }
      }
    }
  },
};

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
    if (measurement.length !== MEASUREMENT_BYTES) yield `has a launch measurement of ${measurement.length} bytes`;
    if (Buffer.byteLength(metadata?.kernelCmdline ?? "") > MAX_CMDLINE_BYTES)
      yield "has a kernel command line that is too long";
  }
}
