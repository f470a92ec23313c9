import type { Principal } from "@icos/certification";
import { registryKey } from "../keys.ts";
import { NodeRecordSchema, SubnetRecordSchema } from "../records.ts";
import { put, type Mutation } from "../state/mutation.ts";
import type { RegistryView } from "../state/view.ts";
import { requireNode } from "./access.ts";
import type { MutationFunction } from "./context.ts";
import { requireSubnet } from "./membership.ts";
import { refuse } from "./refuse.ts";

/** Upstream's codes. */
export const OPERATIONAL_LEVEL = { normal: 1, downForRepairs: 2 } as const;

export interface SetSubnetOperationalLevelPayload {
  /** Needed for all but the keys of single nodes. */
  readonly subnet_id?: Principal | undefined;
  /** 1: it runs; 2: it is halted for repairs. */
  readonly operational_level?: number | undefined;
  /** SSH keys of all members, in place of the old ones. */
  readonly ssh_readonly_access?: readonly string[] | undefined;
  readonly ssh_node_state_write_access?: readonly NodeSshAccess[] | undefined;
  /** Versions that the members do not upgrade to, in place of the old ones. */
  readonly recalled_replica_version_ids?: readonly string[] | undefined;
}

/** Both are needed. */
export interface NodeSshAccess {
  readonly node_id?: Principal | undefined;
  /** SSH keys, in place of the old ones; empty takes them away. */
  readonly public_keys?: readonly string[] | undefined;
}

/** The first and the last step of a recovery: halts or resumes a subnet, and says who may look into its nodes. */
export const setSubnetOperationalLevel: MutationFunction<SetSubnetOperationalLevelPayload, undefined> = (
  { view },
  payload,
) => {
  const ofSubnet = subnetMutations(view, payload);
  return { mutations: [...ofSubnet, ...nodeMutations(view, payload.ssh_node_state_write_access)], reply: undefined };
};

function subnetMutations(view: RegistryView, payload: SetSubnetOperationalLevelPayload): Mutation[] {
  const { subnet_id, operational_level: level, ssh_readonly_access, recalled_replica_version_ids } = payload;
  const given = [level, ssh_readonly_access, recalled_replica_version_ids].some((field) => field !== undefined);
  if (!subnet_id) {
    if (given) throw refuse("operational-level-payload", "subnet_id is needed for all but the keys of single nodes.");
    if (payload.ssh_node_state_write_access) return [];
    throw refuse("operational-level-payload", "There is nothing to change.");
  }
  const record = requireSubnet(view, subnet_id);
  if (level !== undefined) record.isHalted = haltedAt(level);
  if (ssh_readonly_access) record.sshReadonlyAccess = [...ssh_readonly_access];
  if (recalled_replica_version_ids?.some((version) => version.trim() === "")) {
    throw refuse("operational-level-payload", "A recalled version has an empty id.");
  }
  if (recalled_replica_version_ids) record.recalledReplicaVersionIds = [...recalled_replica_version_ids];
  return given ? [put("update", registryKey.subnetRecord(subnet_id), SubnetRecordSchema, record)] : [];
}

function haltedAt(level: number): boolean {
  if (level === OPERATIONAL_LEVEL.normal) return false;
  if (level === OPERATIONAL_LEVEL.downForRepairs) return true;
  throw refuse("operational-level-payload", `There is no operational level ${level}: 1 is normal, 2 down for repairs.`);
}

function nodeMutations(view: RegistryView, access: readonly NodeSshAccess[] = []): Mutation[] {
  const seen = new Set<string>();
  return access.map(({ node_id, public_keys }) => {
    if (!node_id || !public_keys) {
      throw refuse(
        "operational-level-payload",
        "An entry of ssh_node_state_write_access needs node_id and public_keys.",
      );
    }
    if (seen.has(node_id.toText())) {
      throw refuse("node-repeated", `Node ${node_id.toText()} is named twice.`, { node: node_id.toText() });
    }
    seen.add(node_id.toText());
    const record = { ...requireNode(view, node_id), sshNodeStateWriteAccess: [...public_keys] };
    return put("update", registryKey.nodeRecord(node_id), NodeRecordSchema, record);
  });
}
