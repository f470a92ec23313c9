import { KeyPrefix } from "../keys.ts";
import { NodeRecordSchema } from "../records.ts";
import { readRecord } from "../state/view.ts";
import { changedKeys, type Invariant } from "./invariant.ts";
import { MAX_SSH_KEYS } from "./subnet-settings.ts";

/** Limits of a node record that no other invariant covers. */
export const nodeRecordInvariant: Invariant = {
  name: "node-record",
  *check(transition) {
    const { after } = transition;
    for (const key of changedKeys(transition, KeyPrefix.nodeRecord)) {
      const record = readRecord(after, NodeRecordSchema, key);
      if (!record) continue;
      if (record.sshNodeStateWriteAccess.length > MAX_SSH_KEYS) {
        yield `${key} has more than ${MAX_SSH_KEYS} keys in ssh_node_state_write_access.`;
      }
      if (!record.chipId?.length) continue;
      const chip = Buffer.from(record.chipId).toString("hex");
      const other = after.holders("chipId", chip).find((holder) => holder !== key);
      if (other !== undefined) yield `${key} has the chip id of ${other}; a machine is one node.`;
    }
  },
};
