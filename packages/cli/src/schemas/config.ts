import { NODE_TYPES, SEVERITIES } from "@icos/config";
import * as v from "valibot";

/** `icos config check DIR --json`. */
export const configCheckSchema = v.strictObject({
  /** No problem is an error. */
  ok: v.boolean(),
  problems: v.array(
    v.strictObject({
      severity: v.picklist(SEVERITIES),
      /** Relative to DIR. */
      file: v.string(),
      line: v.nullable(v.number()),
      key: v.nullable(v.string()),
      code: v.string(),
      message: v.string(),
    }),
  ),
});
export type ConfigCheck = v.InferOutput<typeof configCheckSchema>;

/** `icos address --json`. */
export const addressSchema = v.strictObject({
  mgmtMac: v.string(),
  environment: v.picklist(["mainnet", "testnet"]),
  type: v.picklist(NODE_TYPES),
  slot: v.number(),
  mac: v.string(),
  ipv6: v.string(),
  /** The address with the prefix length of its network, 64. */
  ipv6Cidr: v.string(),
});
export type Address = v.InferOutput<typeof addressSchema>;
