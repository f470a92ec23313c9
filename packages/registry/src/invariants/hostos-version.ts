import { KeyPrefix, registryKey } from "../keys.ts";
import { HostosVersionRecordSchema, NodeRecordSchema } from "../records.ts";
import { readRecord } from "../state/view.ts";
import { changedIds, changedKeys, type Invariant } from "./invariant.ts";
import { packageProblems } from "./replica-version.ts";

/** A HostOS version that a node refers to has a record, and records are complete. */
export const hostosVersionInvariant: Invariant = {
  name: "hostos-version",
  *check(transition) {
    const { after } = transition;
    for (const version of changedIds(transition, KeyPrefix.hostosVersion)) {
      const key = KeyPrefix.hostosVersion + version;
      const record = readRecord(after, HostosVersionRecordSchema, key);
      if (record) {
        for (const problem of packageProblems(record.releasePackageUrls, record.releasePackageSha256Hex)) {
          yield `${key} ${problem}.`;
        }
      } else {
        const [user] = after.holders("hostosVersionUser", version);
        if (user !== undefined)
          yield `${key} cannot go while ${user} refers to it; move that to another version first.`;
      }
    }
    for (const key of changedKeys(transition, KeyPrefix.nodeRecord)) {
      const version = readRecord(after, NodeRecordSchema, key)?.hostosVersionId;
      if (version !== undefined && after.get(registryKey.hostosVersion(version)) === undefined) {
        yield `${key} refers to HostOS version ${version}, which has no record; elect it first.`;
      }
    }
  },
};
