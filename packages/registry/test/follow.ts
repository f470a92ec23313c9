import { writeFile } from "node:fs/promises";
import { createCertificateVerifier } from "@icos/certification";
import { durableFiles, type DurableFiles, type Logger, silentLogger, systemClock } from "@icos/system";
import { CertifiedDeltas, LocalStore, RegistryClient, RegistryHistory, RegistryReplicator } from "../src/index.ts";
import { certify, ROOT } from "./certify.ts";

/** A registry of `count` versions; version v sets `key` and `key-v` to v, and removes the `key-v` before. */
export class SmallRegistry {
  readonly history = new RegistryHistory();
  readonly deltas = new CertifiedDeltas(this.history);
  readonly verifier = createCertificateVerifier({ rootKey: ROOT.publicKey.der });
  readonly #certificate: Uint8Array;

  constructor(count: number) {
    for (let version = 1; version <= count; version++) {
      const value = Buffer.from(`${version}`);
      const set = [`key`, `key-${version}`].map((key) => ({ key, value }));
      const changes = version === 1 ? set : [...set, { key: `key-${version - 1}`, value: undefined }];
      const next = { version, time: 1n, changes: changes.sort((a, b) => (a.key < b.key ? -1 : 1)) };
      this.history.append(next);
      this.deltas.append(next);
    }
    this.#certificate = certify(this.deltas.certifiedData, 9n);
  }

  async chunk(contentSha256: Uint8Array): Promise<Uint8Array> {
    return this.deltas.chunk(contentSha256) ?? new Uint8Array();
  }

  changesSince(version: number): Uint8Array {
    return this.deltas.changesSince(version, this.#certificate);
  }
}

/** Files that a power loss may take: tests that have none need not wait for the disk. */
export const unsyncedFiles: DurableFiles = {
  ...durableFiles,
  create: (path, content, mode) => writeFile(path, content, { flag: "wx", mode }),
  syncDirectory: async () => undefined,
};

/** A node's start and first poll: what it then knows, and what it has asked the registry for. */
export async function startNode(
  store: LocalStore,
  registry: SmallRegistry,
  logger: Logger = silentLogger,
): Promise<{ readonly client: RegistryClient; readonly askedSince: readonly number[] }> {
  const client = new RegistryClient(store);
  const askedSince: number[] = [];
  const replicator = new RegistryReplicator(
    { pollDelay: 5 },
    {
      source: {
        async fetch(since) {
          askedSince.push(since);
          return registry.changesSince(since);
        },
        fetchChunk: (sha256) => registry.chunk(sha256),
      },
      verifier: registry.verifier,
      store,
      client,
      clock: systemClock,
      logger,
    },
  );
  await replicator.init();
  await replicator.poll();
  return { client, askedSince };
}
