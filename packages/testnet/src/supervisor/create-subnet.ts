import * as v from "valibot";
import { createExec, type Exec } from "@icos/system";

export const createSubnetSchema = v.strictObject({
  /** Of the registry. */
  url: v.string(),
  /** DER, hex. */
  rootKey: v.string(),
  /** PEM of governance's key. */
  identity: v.string(),
  nodeIds: v.array(v.string()),
  /** That its nodes run. */
  version: v.string(),
});
export type CreateSubnet = v.InferOutput<typeof createSubnetSchema>;

const TIMEOUT_MS = 60_000;

/** By a process that ends: an agent of the interface takes memory that a supervisor is not to keep for one call. */
export async function createSubnet(
  request: CreateSubnet,
  command: readonly string[],
  exec: Exec = createExec(),
): Promise<void> {
  await exec.run([...command], { input: JSON.stringify(request), timeout: TIMEOUT_MS });
}
