import { IcosError } from "@icos/system";
import { verifyCertifiedDelta } from "../certified/verify.ts";
import { withLargeValues } from "./large-values.ts";
import type { RegistryReplicatorModules } from "./replicator.ts";

/**
 * Fetches again what the store has lost of the versions up to `upTo` since it was read: nothing is served from it that was
 * not certified, so what is behind the damage goes, too.
 */
export async function refillStore(
  { source, verifier, store, logger }: RegistryReplicatorModules,
  upTo: number,
  signal?: AbortSignal,
): Promise<void> {
  const { readable, problems } = await store.inspect();
  logger.log("warning", "local store was damaged while it was in use; fetching the rest again", {
    readable,
    problems: problems.slice(0, 10),
  });
  await store.truncate(Math.min(readable, upTo));
  for (let since = readable; since < upTo;) {
    const { versions } = verifyCertifiedDelta(await source.fetch(since, signal), verifier, since);
    const lost = versions.filter(({ version }) => version <= upTo);
    if (lost.length === 0) {
      throw new IcosError("registry-behind", `The registry has no version after ${since}; the node knew ${upTo}.`);
    }
    await store.appendAll(await withLargeValues(lost, source, signal));
    since += lost.length;
  }
}
