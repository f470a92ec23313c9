import { TESTNET_STATES } from "@icos/testnet";
import * as v from "valibot";

/** `icos testnet list --json`. */
export const testnetListSchema = v.strictObject({
  testnets: v.array(
    v.strictObject({
      name: v.string(),
      state: v.picklist([...TESTNET_STATES, "broken"]),
      nodes: v.number(),
      healthy: v.number(),
      nnsUrl: v.nullable(v.string()),
      directory: v.string(),
    }),
  ),
});

/** `icos testnet stop --json` and `down --json`. */
export const testnetChangeSchema = v.strictObject({
  name: v.string(),
  state: v.picklist(["stopped", "removed"]),
  /** False when there was nothing to do. */
  changed: v.boolean(),
});
