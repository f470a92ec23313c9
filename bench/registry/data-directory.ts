import { join } from "node:path";
import { ThresholdKey } from "@icos/certification";
import { RegistryDatabase } from "@icos/nns";
import { makeDirectory } from "@icos/system";
import { loadOrMakeSeed } from "../../packages/nns/src/store/seed.ts";
import type { LargeRegistry } from "./large-registry.ts";

/** Writes a registry as its service keeps it. Returns the root key, in DER. */
export async function writeDataDirectory(directory: string, { rules, versions }: LargeRegistry): Promise<Uint8Array> {
  await makeDirectory(directory, 0o700);
  const rootKey = ThresholdKey.fromSeed(await loadOrMakeSeed(directory, "root_key.seed")).publicKey.der;
  const init = JSON.stringify({
    governance: rules.governance.toText(),
    requiredNodeKeys: rules.requiredNodeKeys,
    rateLimits: false,
  });
  const database = new RegistryDatabase(databasePath(directory));
  try {
    database.append({ versions, settings: { init, rootKey: Buffer.from(rootKey).toString("hex") } });
  } finally {
    database.close();
  }
  return rootKey;
}

export function databasePath(directory: string): string {
  return join(directory, "registry.sqlite");
}
