import { createCertificateVerifier } from "@icos/certification";
import { httpChangesSource, LocalStore, RegistryClient, RegistryReplicator } from "@icos/registry";
import { IcosError, silentLogger, systemClock } from "@icos/system";
import type { RegistryService } from "./service.ts";

/** What a new node does: everything from version 1, each answer verified, into a local store. Returns seconds. */
export async function replicate(service: RegistryService, directory: string, versions: number): Promise<number> {
  const store = new LocalStore(directory);
  const client = new RegistryClient(store);
  const replicator = new RegistryReplicator(
    { pollDelay: 1_000 },
    {
      source: httpChangesSource([service.url]),
      verifier: createCertificateVerifier({ rootKey: service.rootKey }),
      store,
      client,
      clock: systemClock,
      logger: silentLogger,
    },
  );
  const start = performance.now();
  await replicator.init();
  if (client.latestVersion() !== versions) {
    throw new IcosError("bench-registry-incomplete", `Only ${client.latestVersion()} versions were replicated.`);
  }
  return (performance.now() - start) / 1_000;
}
