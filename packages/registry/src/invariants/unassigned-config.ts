import { registryKey } from "../keys.ts";
import { UnassignedNodesConfigRecordSchema } from "../records.ts";
import { readRecord } from "../state/view.ts";
import { type Invariant } from "./invariant.ts";
import { MAX_SSH_KEYS } from "./subnet-settings.ts";

export const unassignedConfigInvariant: Invariant = {
  name: "unassigned-config",
  *check({ after, changes }) {
    const key = registryKey.unassignedNodesConfig;
    if (!changes.some((change) => change.key === key)) return;
    const record = readRecord(after, UnassignedNodesConfigRecordSchema, key);
    if (record && record.sshReadonlyAccess.length > MAX_SSH_KEYS) {
      yield `${key} has more than ${MAX_SSH_KEYS} keys in ssh_readonly_access.`;
    }
  },
};
