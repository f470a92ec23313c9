import { KeyPrefix, registryKey } from "../keys.ts";
import { HostosVersionRecordSchema, NodeRecordSchema } from "../records.ts";
import { readRecord } from "../state/view.ts";
import { changedKeys, type Invariant } from "./invariant.ts";
import { packageProblems } from "./replica-version.ts";

/** A HostOS version that a node refers to has a record, and records are complete. */
export const hostosVersionInvariant: Invariant = {
  name: "hostos-version",
  *check(transition) {
    const { after } = transition;
    for (const key of changedKeys(transition, KeyPrefix.hostosVersion)) {
      const record = readRecord(after, HostosVersionRecordSchema, key);
      if (!record) {
        const [user] = after.holders("hostosVersionUser", key.slice(KeyPrefix.hostosVersion.length));
        if (user !== undefined) yield `${key} cannot go while ${user} refers to it.`;
        continue;
      }
      for (const problem of packageProblems(record.releasePackageUrls, record.releasePackageSha256Hex)) {
        yield `${key} ${problem}.`;
      }
    }
    for (const key of changedKeys(transition, KeyPrefix.nodeRecord)) {
      const version = readRecord(after, NodeRecordSchema, key)?.hostosVersionId;
      if (version !== undefined && after.get(registryKey.hostosVersion(version)) === undefined) {
        yield `${key} refers to HostOS version ${version}, which has no record.`;
      }
    }
  },
};
