import { stat } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DurableRegistry, KeyChecker, RegistryDatabase } from "@icos/nns";
import { RegistryHistory, type RegistryVersion } from "@icos/registry";
import { silentLogger } from "@icos/system";
import { type Bench, type Measurement, measurement } from "../packages/cli/src/bench/bench.ts";
import { databasePath, writeDataDirectory } from "./registry/data-directory.ts";
import { makeLargeRegistry, NODES, SUBNETS, VERSIONS } from "./registry/large-registry.ts";
import { benchMutations } from "./registry/mutations.ts";
import { benchPolls } from "./registry/polls.ts";
import { replicate } from "./registry/replication.ts";
import { type RegistryService, startService } from "./registry/service.ts";

/** The registry at the size of a large network. */
export const bench: Bench = {
  name: "registry",
  what: `Registry of ${NODES} nodes, ${SUBNETS} subnets, ${VERSIONS} versions: mutations, polls, replication, start-up, memory.`,
  limitMinutes: 30,
  async run({ directory, report }) {
    report(`making ${VERSIONS} versions`);
    const large = makeLargeRegistry();
    const data = join(directory, "nns");
    await writeDataDirectory(data, large);
    const measured: Measurement[] = [];
    {
      report("starting the service");
      await using service = await startService(data);
      measured.push(...(await startUp(service, data)));
      report("polling");
      measured.push(...(await benchPolls(service, historyOf(large.versions))));
      report("replicating everything");
      const seconds = await replicate(service, join(directory, "local-store"), VERSIONS);
      measured.push(measurement({ name: "replication from zero into a local store", unit: "s", samples: [seconds] }));
    }
    const database = new RegistryDatabase(databasePath(data));
    const keys = new KeyChecker(silentLogger);
    try {
      const registry = new DurableRegistry(database, { ...large.rules, rateLimits: false }, keys);
      return [...(await benchMutations(large, registry, report)), ...measured];
    } finally {
      database.close();
      keys.close();
    }
  },
};

async function startUp(service: RegistryService, data: string): Promise<Measurement[]> {
  const megabytes = (await stat(databasePath(data))).size / 1e6;
  return [
    measurement({
      name: "start until it serves",
      unit: "s",
      samples: [service.startSeconds],
      peer: { name: "reading the rows of its database, and nothing else", samples: [readRows(data)] },
    }),
    measurement({
      name: "resident memory after the start",
      unit: "MB",
      samples: [await service.resident()],
      peer: { name: "its database on disk", samples: [megabytes] },
    }),
  ];
}

/** Seconds. The service holds the database, so that a copy of the connection reads it without locking. */
function readRows(data: string): number {
  const database = new DatabaseSync(`file:${databasePath(data)}?immutable=1`, { readOnly: true });
  try {
    const start = performance.now();
    for (const row of database.prepare("SELECT version, content, digest FROM versions ORDER BY version").iterate()) {
      void row;
    }
    return (performance.now() - start) / 1_000;
  } finally {
    database.close();
  }
}

function historyOf(versions: readonly RegistryVersion[]): RegistryHistory {
  const history = new RegistryHistory();
  for (const version of versions) history.append(version);
  return history;
}
