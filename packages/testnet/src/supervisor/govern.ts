import * as v from "valibot";
import { createExec, type Exec } from "@icos/system";

/** What a testnet's governance does while the testnet comes up. */
export const governSchema = v.strictObject({
  /** Of the registry. */
  url: v.string(),
  /** DER, hex. */
  rootKey: v.string(),
  /** PEM of governance's key. */
  identity: v.string(),
  action: v.variant("kind", [
    v.strictObject({
      kind: v.literal("create-subnet"),
      nodeIds: v.array(v.string()),
      /** That its nodes run. */
      version: v.string(),
    }),
    v.strictObject({
      kind: v.literal("assign-host-version"),
      nodeIds: v.array(v.string()),
      /** Of HostOS; elected already. */
      version: v.string(),
    }),
  ]),
});
export type Govern = v.InferOutput<typeof governSchema>;

const TIMEOUT_MS = 60_000;

/** By a process that ends: an agent of the interface takes memory that a supervisor is not to keep for one call. */
export async function govern(request: Govern, command: readonly string[], exec: Exec = createExec()): Promise<void> {
  await exec.run([...command], { input: JSON.stringify(request), timeout: TIMEOUT_MS });
}
