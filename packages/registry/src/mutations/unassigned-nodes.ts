import { registryKey } from "../keys.ts";
import { UnassignedNodesConfigRecordSchema } from "../records.ts";
import { put, type Mutation } from "../state/mutation.ts";
import { readRecord, type RegistryView } from "../state/view.ts";
import type { MutationFunction } from "./context.ts";
import { requireElected } from "./versions.ts";

export interface DeployGuestosToAllUnassignedNodesPayload {
  readonly elected_replica_version: string;
}

export interface UpdateUnassignedNodesConfigPayload {
  readonly replica_version?: string | undefined;
  readonly ssh_readonly_access?: readonly string[] | undefined;
}

export interface UpdateSshReadonlyAccessForAllUnassignedNodesPayload {
  /** All of them: they take the place of the old ones. */
  readonly ssh_readonly_keys: readonly string[];
}

export const deployGuestosToAllUnassignedNodes: MutationFunction<
  DeployGuestosToAllUnassignedNodesPayload,
  undefined
> = ({ view }, { elected_replica_version: replica_version }) => ({
  mutations: [unassignedConfig(view, { replica_version })],
  reply: undefined,
});

export const updateUnassignedNodesConfig: MutationFunction<UpdateUnassignedNodesConfigPayload, undefined> = (
  { view },
  payload,
) => ({ mutations: [unassignedConfig(view, payload)], reply: undefined });

export const updateSshReadonlyAccessForAllUnassignedNodes: MutationFunction<
  UpdateSshReadonlyAccessForAllUnassignedNodesPayload,
  undefined
> = ({ view }, { ssh_readonly_keys: ssh_readonly_access }) => ({
  mutations: [unassignedConfig(view, { ssh_readonly_access })],
  reply: undefined,
});

/** Changes what is given. */
function unassignedConfig(view: RegistryView, payload: UpdateUnassignedNodesConfigPayload): Mutation {
  const key = registryKey.unassignedNodesConfig;
  const old = readRecord(view, UnassignedNodesConfigRecordSchema, key);
  if (payload.replica_version !== undefined) requireElected(view, payload.replica_version);
  return put("upsert", key, UnassignedNodesConfigRecordSchema, {
    ...old,
    replicaVersion: payload.replica_version ?? old?.replicaVersion ?? "",
    sshReadonlyAccess: [...(payload.ssh_readonly_access ?? old?.sshReadonlyAccess ?? [])],
  });
}
