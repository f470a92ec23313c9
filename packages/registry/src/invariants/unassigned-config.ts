import { registryKey } from "../keys.ts";
import { UnassignedNodesConfigRecordSchema } from "../records.ts";
import { readRecord } from "../state/view.ts";
import { changes, type Invariant } from "./invariant.ts";
import { MAX_SSH_KEYS } from "./subnet-settings.ts";

/** Unassigned nodes let a limited number of SSH keys in. Their version is a matter of `replica-version`. */
export const unassignedConfigInvariant: Invariant = {
  name: "unassigned-config",
  *check(transition) {
    const key = registryKey.unassignedNodesConfig;
    if (!changes(transition, key)) return;
    const keys = readRecord(transition.after, UnassignedNodesConfigRecordSchema, key)?.sshReadonlyAccess.length ?? 0;
    if (keys > MAX_SSH_KEYS) yield `${key} has ${keys} keys in ssh_readonly_access, more than ${MAX_SSH_KEYS}.`;
  },
};
