import { KeyPrefix, registryKey } from "../keys.ts";
import { StandardEngineReplicaVersionRecordSchema } from "../records.ts";
import { readRecord } from "../state/view.ts";
import { changedIds, changes, type Invariant } from "./invariant.ts";
import { hasLaunchMeasurements } from "./replica-version.ts";

/**
 * The standard version of cloud engines is on its way from one measured version to another. That both are elected is a
 * matter of `replica-version`.
 */
export const standardEngineInvariant: Invariant = {
  name: "standard-engine",
  *check(transition) {
    const { after } = transition;
    const key = registryKey.standardEngineReplicaVersion;
    const record = readRecord(after, StandardEngineReplicaVersionRecordSchema, key);
    if (!record) return;
    const { newReplicaVersionId, oldReplicaVersionId, deploymentProgress } = record;
    const versions = [newReplicaVersionId, oldReplicaVersionId];
    const versionChanged = changedIds(transition, KeyPrefix.replicaVersion).some((id) => versions.includes(id));
    if (!changes(transition, key) && !versionChanged) return;
    // Also false for what is not a number.
    if (!(deploymentProgress >= 0 && deploymentProgress <= 1)) {
      yield `${key} has the progress ${deploymentProgress}, which is not between 0 and 1.`;
    }
    if (newReplicaVersionId === oldReplicaVersionId) yield `${key} has ${newReplicaVersionId} for both versions.`;
    for (const version of new Set(versions)) {
      if (!hasLaunchMeasurements(after, version)) yield `${key} uses ${version}, which has no launch measurements.`;
    }
  },
};
