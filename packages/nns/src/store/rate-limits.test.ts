import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { nextVersion, RegistryState, standardRules } from "@icos/registry";
import { initialMutations, GOVERNANCE, OPERATOR, PROVIDER, START } from "../../../registry/test/network.ts";
import { RegistryDatabase } from "./database.ts";
import { DurableRegistry } from "./durable-registry.ts";

const rules = standardRules(GOVERNANCE);
const SECOND = 1_000_000_000n;

async function inDirectory(work: (path: string) => void): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-nns-"));
  try {
    work(join(directory, "registry.sqlite"));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Opens the registry, makes the first version when there is none, and closes it again after `work`. */
function opened<T>(path: string, work: (registry: DurableRegistry, database: RegistryDatabase) => T): T {
  const database = new RegistryDatabase(path);
  try {
    const registry = new DurableRegistry(database, rules);
    if (registry.state.version === 0) {
      const first = nextVersion(new RegistryState(), rules, initialMutations(), START);
      registry.append({ versions: first ? [first] : [] });
    }
    return work(registry, database);
  } finally {
    database.close();
  }
}

/** A call of the provider that is counted; the code of a refusal. */
function transfer(registry: DurableRegistry, time: bigint): string | undefined {
  const payload = { node_operator_id: OPERATOR, node_provider_id: PROVIDER };
  const outcome = registry.apply({ method: "update_node_operator_config_directly", payload }, PROVIDER, time);
  return outcome.kind === "refused" ? outcome.error.code : undefined;
}

void test("rate limits go on where they were when the registry is opened again, and stored ones are dropped when empty", async () => {
  await inDirectory((path) => {
    const stored = opened(path, (registry, database) => {
      assert.equal(transfer(registry, START), undefined);
      const levels = database.rateLimits();
      registry.append({ levels: levels.map((level) => ({ ...level, used: 139 })) });
      return levels.map(({ id, used }) => [id, used]);
    });
    assert.deepEqual(stored, [
      [`operator ${OPERATOR.toText()}`, 1],
      [`provider ${PROVIDER.toText()}`, 1],
    ]);
    opened(path, (registry) => {
      assert.equal(transfer(registry, START), undefined);
      assert.equal(transfer(registry, START), "rate-limited");
    });
    const later = START + 141n * 4_320n * SECOND;
    opened(path, (registry) => {
      assert.equal(transfer(registry, later), undefined);
      const payload = { node_operator_id: OPERATOR, node_provider_id: GOVERNANCE };
      const call = { method: "update_node_operator_config_directly", payload } as const;
      assert.equal(registry.apply(call, PROVIDER, later).kind, "applied");
      assert.equal(
        registry.apply({ ...call, payload: { ...payload } }, GOVERNANCE, later + 1_000_000n * SECOND).kind,
        "applied",
      );
    });
    opened(path, (_registry, database) => {
      const left = database.rateLimits().map(({ id, used }) => [id, used]);
      // The old provider's bucket is empty by the time of the last call.
      assert.deepEqual(left, [
        [`operator ${OPERATOR.toText()}`, 1],
        [`provider ${GOVERNANCE.toText()}`, 1],
      ]);
    });
  });
});
