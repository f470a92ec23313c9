import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createCertificateVerifier, ThresholdKey } from "@icos/certification";
import { type Clock, IcosError, silentLogger } from "@icos/system";
import {
  CertifiedDeltas,
  LocalStore,
  RegistryClient,
  RegistryHistory,
  RegistryReplicator,
  type RegistryVersion,
  type ReplicatorEvent,
  versionPath,
} from "../index.ts";
import { certify, ROOT } from "../../test/certify.ts";

/** Versions in a reply. */
const PAGE = 3;

/** A registry that a replicator follows in a temporary store; time passes only by sleeping. */
class Setup implements AsyncDisposable {
  readonly history = new RegistryHistory();
  readonly deltas = new CertifiedDeltas(this.history, PAGE);
  readonly events: ReplicatorEvent[] = [];
  readonly slept: number[] = [];
  readonly store: LocalStore;
  readonly client: RegistryClient;
  readonly replicator: RegistryReplicator;
  /** How many of the next fetches fail. */
  failing = 0;
  fetches = 0;
  time = 0;
  onChunk: (chunk: Uint8Array) => Uint8Array = (chunk) => chunk;
  onSleep: () => void = () => undefined;
  onFetch: () => void = () => undefined;

  constructor(directory: string, rootKey = ROOT.publicKey.der) {
    this.store = new LocalStore(directory);
    this.client = new RegistryClient(this.store);
    const clock: Clock = {
      now: () => this.time,
      sleep: async (milliseconds, signal) => {
        this.slept.push(milliseconds);
        this.onSleep();
        signal?.throwIfAborted();
      },
    };
    this.replicator = new RegistryReplicator(
      { pollDelay: 5 },
      {
        source: {
          fetch: async (since) => this.#fetch(since),
          fetchChunk: async (sha256) => this.onChunk(this.deltas.chunk(sha256) ?? new Uint8Array()),
        },
        verifier: createCertificateVerifier({ rootKey }),
        store: this.store,
        client: this.client,
        clock,
        logger: silentLogger,
        observe: (event) => this.events.push(event),
      },
    );
  }

  static async make(rootKey?: Uint8Array): Promise<Setup> {
    return new Setup(await mkdtemp(join(tmpdir(), "icos-store-")), rootKey);
  }

  add(count: number): void {
    for (let index = 0; index < count; index++) {
      const version = this.history.latestVersion + 1;
      this.append({ version, time: 1n, changes: [{ key: "key", value: Buffer.from(`${version}`) }] });
    }
  }

  append(version: RegistryVersion): void {
    this.history.append(version);
    this.deltas.append(version);
  }

  #fetch(since: number): Uint8Array {
    this.fetches++;
    this.onFetch();
    if (this.failing-- > 0) throw new IcosError("registry-unreachable", "No answer.");
    return this.deltas.changesSince(since, certify(this.deltas.certifiedData, 9n));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.store.directory, { recursive: true, force: true });
  }
}

void test("at first it waits for the registry, longer after each failure, and fetches everything", async () => {
  await using setup = await Setup.make();
  setup.add(2 * PAGE + 1);
  setup.failing = 8;
  await setup.replicator.init();
  assert.deepEqual(
    setup.slept,
    [1, 2, 4, 8, 16, 32, 60, 60].map((seconds) => seconds * 1000),
  );
  assert.equal(setup.client.latestVersion(), 2 * PAGE + 1);
  assert.equal((await setup.store.inspect()).readable, 2 * PAGE + 1);
});

void test("at first it waits anew after a fetch that brought something", async () => {
  await using setup = await Setup.make();
  setup.add(PAGE + 1);
  setup.failing = 2;
  setup.onFetch = () => setup.fetches === 4 && (setup.failing = 2);
  await setup.replicator.init();
  assert.deepEqual(setup.slept, [1000, 2000, 1000, 2000]);
  assert.equal(setup.client.latestVersion(), PAGE + 1);
});

void test("at first it waits while the registry has no version", async () => {
  await using setup = await Setup.make();
  setup.onSleep = () => setup.slept.length === 2 && setup.add(1);
  await setup.replicator.init();
  assert.deepEqual(setup.slept, [1000, 1000]);
});

void test("with a version in the store it asks nobody at first", async () => {
  await using setup = await Setup.make();
  setup.add(2);
  await setup.replicator.init();
  const { fetches } = setup;
  const again = new Setup(setup.store.directory);
  await again.replicator.init();
  assert.deepEqual([again.fetches, again.client.latestVersion(), fetches], [0, 2, 2]);
});

void test("a poll says what it added, and the certified time once it has everything", async () => {
  await using setup = await Setup.make();
  setup.add(PAGE + 1);
  assert.equal(await setup.replicator.poll(), PAGE);
  assert.equal(await setup.replicator.poll(), 1);
  assert.equal(await setup.replicator.poll(), 0);
  assert.deepEqual(setup.events, [
    { kind: "polled", version: PAGE, added: PAGE, certifiedTime: undefined },
    { kind: "polled", version: PAGE + 1, added: 1, certifiedTime: 9n },
    { kind: "polled", version: PAGE + 1, added: 0, certifiedTime: 9n },
  ]);
});

void test("it keeps polling through failures, counts them, and ends when told to", async () => {
  await using setup = await Setup.make();
  setup.failing = 2;
  const stop = new AbortController();
  setup.onSleep = () => {
    if (setup.slept.length === 3) setup.add(1);
    if (setup.slept.length === 5) stop.abort();
  };
  await setup.replicator.run(stop.signal);
  assert.equal(setup.client.latestVersion(), 1);
  const said = setup.events.map((event) => (event.kind === "failed" ? event.consecutive : `v${event.version}`));
  assert.deepEqual(said, [1, 2, "v0", "v1", "v1"]);
});

void test("an answer that does not verify changes nothing", async () => {
  await using setup = await Setup.make(ThresholdKey.fromSeed(Buffer.alloc(32, 9)).publicKey.der);
  setup.add(1);
  await assert.rejects(setup.replicator.poll(), { code: "certificate-signature" });
  assert.deepEqual([setup.client.latestVersion(), setup.store.read(1)], [0, undefined]);
});

void test("a damaged store is healed from the registry", async () => {
  await using setup = await Setup.make();
  setup.add(4);
  await setup.replicator.init();
  await writeFile(join(setup.store.directory, versionPath(2)), "torn");
  const again = new Setup(setup.store.directory);
  again.add(4);
  await again.replicator.init();
  assert.equal(again.client.latestVersion(), 1);
  await again.replicator.poll();
  assert.deepEqual(await again.store.inspect(), { readable: 4, problems: [] });
});

for (const [what, lost] of [
  ["the last file", [versionPath(7)]],
  ["the first file and a later one", [versionPath(1), versionPath(7)]],
  ["all of it", [""]],
] as const) {
  void test(`of a store in use ${what} is gone: what was lost is fetched again with the next version`, async () => {
    await using setup = await Setup.make();
    setup.add(2 * PAGE + 1);
    await setup.replicator.init();
    for (const path of lost) await rm(join(setup.store.directory, path), { recursive: true });
    setup.add(1);
    assert.equal(await setup.replicator.poll(), 1);
    assert.equal(setup.client.latestVersion(), 2 * PAGE + 2);
    assert.deepEqual(await setup.store.inspect(), { readable: 2 * PAGE + 2, problems: [] });
  });
}

void test("once an hour it looks whether the files of its store are all there", async () => {
  await using setup = await Setup.make();
  setup.add(PAGE);
  await setup.replicator.init();
  await rm(join(setup.store.directory, versionPath(2)));
  const stop = new AbortController();
  const readable: number[] = [];
  setup.onSleep = () => {
    readable.push(setup.store.list().versions.length);
    setup.time += 30 * 60_000;
    if (readable.length === 3) stop.abort();
  };
  await setup.replicator.run(stop.signal);
  assert.deepEqual(readable, [PAGE - 1, PAGE - 1, PAGE]);
  assert.deepEqual(await setup.store.inspect(), { readable: PAGE, problems: [] });
});

void test("large values are stored whole; a wrong chunk stores nothing", async () => {
  await using setup = await Setup.make();
  const value = Buffer.alloc(2_000_000, "x");
  setup.append({ version: 1, time: 1n, changes: [{ key: "key", value }] });
  setup.onChunk = (chunk) => chunk.subarray(1);
  await assert.rejects(setup.replicator.poll(), { code: "registry-chunk-wrong" });
  assert.equal(setup.client.latestVersion(), 0);
  setup.onChunk = (chunk) => chunk;
  assert.equal(await setup.replicator.poll(), 1);
  assert.ok(value.equals(setup.client.value("key", 1) ?? new Uint8Array()));
});
