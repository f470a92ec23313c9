import { registryKey } from "../keys.ts";
import { StandardEngineReplicaVersionRecordSchema } from "../records.ts";
import { put } from "../state/mutation.ts";
import { readRecord } from "../state/view.ts";
import type { MutationFunction } from "./context.ts";
import { refuse } from "./refuse.ts";

export interface UpdateStandardEngineReplicaVersionPayload {
  readonly new_replica_version_id: string;
  readonly old_replica_version_id: string;
  /** From 0 to 1: the part of the engines that runs the new version. */
  readonly deployment_progress: number;
}

/**
 * Which version cloud engines run that name none. The progress may go up and down; another deployment begins only when
 * this one is complete, and from where it has led. That the versions are elected and measured is a matter of invariants.
 */
export const updateStandardEngineReplicaVersion: MutationFunction<
  UpdateStandardEngineReplicaVersionPayload,
  undefined
> = ({ view }, { new_replica_version_id: next, old_replica_version_id: old, deployment_progress: progress }) => {
  const key = registryKey.standardEngineReplicaVersion;
  if (!(progress >= 0 && progress <= 1)) {
    throw refuse("engine-version-payload", `The deployment progress is ${progress}; it may be from 0 to 1.`);
  }
  if (next === old) throw refuse("engine-version-payload", "The new and the old version must be different.");
  const now = readRecord(view, StandardEngineReplicaVersionRecordSchema, key);
  if (now && (now.newReplicaVersionId !== next || now.oldReplicaVersionId !== old)) {
    if (now.deploymentProgress < 1) {
      throw refuse("engine-version-in-progress", `The deployment of ${now.newReplicaVersionId} is not complete yet.`);
    }
    if (now.newReplicaVersionId !== old) {
      const sentence = `The next deployment begins at ${now.newReplicaVersionId}, where this one has led, not at ${old}.`;
      throw refuse("engine-version-skipped", sentence);
    }
  }
  const record = { newReplicaVersionId: next, oldReplicaVersionId: old, deploymentProgress: progress };
  return { mutations: [put("upsert", key, StandardEngineReplicaVersionRecordSchema, record)], reply: undefined };
};
