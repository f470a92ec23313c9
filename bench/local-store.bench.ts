import { mkdirSync, writeFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { decodeChangelogEntry, encodeChangelogEntry, LocalStore, RegistryClient, versionPath } from "@icos/registry";
import { type Bench, measurement } from "../packages/cli/src/bench/bench.ts";

const VERSIONS = 100_000;
const NODES = 2_000;
const ROUNDS = 3;
/** Of a record; a node's is of this size. */
const RECORD = Buffer.alloc(200, 7);

/** A node's local store at the size of a large network. */
export const bench: Bench = {
  name: "local-store",
  what: `Local store of ${VERSIONS} versions: opening it, and looking for what does not belong there.`,
  limitMinutes: 10,
  async run({ directory, signal, report }) {
    report(`writing ${VERSIONS} versions`);
    writeStore(directory);
    const opened: number[] = [];
    const naive: number[] = [];
    const listed: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      signal.throwIfAborted();
      report(`round ${round} of ${ROUNDS}`);
      const store = new LocalStore(directory);
      opened.push(await seconds(async () => void (await new RegistryClient(store).pollOnce())));
      listed.push(await seconds(async () => void store.list()));
      naive.push(await seconds(() => readOneByOne(directory)));
    }
    return [
      measurement({
        name: "open",
        unit: "s",
        samples: opened,
        peer: { name: "a stat and a read of each file, each awaited", samples: naive },
        aim: { of: "ratio", is: "below", limit: 1 },
      }),
      measurement({ name: "list what is there", unit: "s", samples: listed }),
    ];
  },
};

function writeStore(directory: string): void {
  let made = "";
  for (let version = 1; version <= VERSIONS; version++) {
    const path = join(directory, versionPath(version));
    if (dirname(path) !== made) mkdirSync((made = dirname(path)), { recursive: true });
    const changes = [{ key: `node_record_${version % NODES}`, value: RECORD }];
    writeFileSync(path, encodeChangelogEntry(changes));
  }
}

async function readOneByOne(directory: string): Promise<void> {
  for (let version = 1; version <= VERSIONS; version++) {
    const path = join(directory, versionPath(version));
    await stat(path);
    decodeChangelogEntry(await readFile(path), path);
  }
}

async function seconds(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}
