import { NODE_TYPES, SEVERITIES } from "@icos/config";
import * as v from "valibot";

const problems = v.array(
  v.strictObject({
    severity: v.picklist(SEVERITIES),
    /** Relative to DIR. */
    file: v.string(),
    line: v.nullable(v.number()),
    key: v.nullable(v.string()),
    code: v.string(),
    message: v.string(),
  }),
);

/** `icos config check DIR --json`. */
export const configCheckSchema = v.strictObject({
  /** No problem is an error. */
  ok: v.boolean(),
  problems,
});
export type ConfigCheck = v.InferOutput<typeof configCheckSchema>;

/** `icos config generate DIR --json`. */
export const configGenerateSchema = v.strictObject({
  directory: v.string(),
  /** Names relative to the directory; none when something is wrong with what was to be written. */
  written: v.array(v.string()),
  /** What `config check` says of the directory now. */
  ok: v.boolean(),
  problems,
});
export type ConfigGenerate = v.InferOutput<typeof configGenerateSchema>;

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
