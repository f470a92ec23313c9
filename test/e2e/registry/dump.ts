import assert from "node:assert/strict";
import { join } from "node:path";
import { readRegistry } from "../testnet/read-registry.ts";
import type { GovernedTestnet } from "./governed-testnet.ts";

/** While the testnet is stopped. */
export async function dumpAndLoad(network: GovernedTestnet): Promise<void> {
  const { nns } = await network.testnet.status();
  const rootKey = Buffer.from(nns.rootKey ?? "", "hex");
  const before = await readRegistry(nns.url ?? "", rootKey);
  const file = join(network.icos.state, "registry.json");
  await network.icos.must("admin", "dump", "--testnet", network.name, "--out", file);
  await network.stop();
  await network.icos.must("admin", "load", file, "--testnet", network.name);
  await network.resume();
  const loaded = await network.testnet.status();
  assert.deepEqual(loaded.nns, nns);
  assert.equal((await readRegistry(nns.url ?? "", rootKey, before.version)).digest, before.digest);
  await network.healthyIn(network.first, "node-0");
  await network.healthyIn(network.other, "node-1", "node-2");
}
