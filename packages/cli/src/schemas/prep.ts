import * as v from "valibot";

/** `icos prep --json`. Files are named below the directory. */
export const prepReportSchema = v.strictObject({
  directory: v.string(),
  /** PEM of the key that certifies the registry. */
  rootKey: v.string(),
  /** Records of version 1. */
  records: v.number(),
  subnets: v.array(v.strictObject({ idx: v.number(), id: v.string(), nodes: v.number() })),
  nodes: v.array(
    v.strictObject({
      idx: v.number(),
      id: v.string(),
      directory: v.string(),
      /** Id of its subnet. */
      subnet: v.nullable(v.string()),
      apiBoundaryNode: v.boolean(),
    }),
  ),
  /** Files of private keys that were made because none was told. */
  made: v.array(v.string()),
});
export type PrepReport = v.InferOutput<typeof prepReportSchema>;
