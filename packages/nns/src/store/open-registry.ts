import { join } from "node:path";
import type { Clock, Logger } from "@icos/system";
import { IcosError } from "@icos/system";
import { nextVersion, RegistryState } from "@icos/registry";
import { Governance } from "../governance/governance.ts";
import { initialMutations } from "../initial-version.ts";
import { parseNnsInit, rulesOf } from "../init.ts";
import type { KeyChecks } from "../key-checks/key-checker.ts";
import { REGISTRY_FILE, RegistryDatabase } from "./database.ts";
import { DurableRegistry } from "./durable-registry.ts";

export interface OpenRegistryOptions {
  readonly directory: string;
  /** JSON text; needed only the first time. */
  readonly init: string | undefined;
  /** DER, of the key in the same directory. */
  readonly rootKey: Uint8Array;
  /** Verifies keys ahead of the calls that bring them. */
  readonly keys?: KeyChecks | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface OpenedRegistry {
  readonly registry: DurableRegistry;
  readonly governance: Governance;
  readonly database: RegistryDatabase;
}

/**
 * Opens the registry of a data directory; an empty one gets its first version from the init file, in one transaction.
 * @throws IcosError `nns-init-missing`, `nns-init-invalid`, `nns-key-changed`, `nns-database`, `nns-database-damaged`
 */
export function openRegistry(options: OpenRegistryOptions): OpenedRegistry {
  const database = new RegistryDatabase(join(options.directory, REGISTRY_FILE));
  try {
    const stored = database.setting("init");
    const registry = stored === undefined ? initialise(options, database) : reopen(options, database, stored);
    return { registry, governance: new Governance(registry, database.loadLog()), database };
  } catch (error) {
    database.close();
    throw error;
  }
}

function initialise({ init, rootKey, keys, clock }: OpenRegistryOptions, database: RegistryDatabase): DurableRegistry {
  if (init === undefined) {
    throw new IcosError("nns-init-missing", "The data directory holds no registry, and there is no init file for one.");
  }
  const parsed = parseNnsInit(init);
  const registry = new DurableRegistry(database, rulesOf(parsed), keys);
  const time = BigInt(clock.now()) * 1_000_000n;
  const first = nextVersion(new RegistryState(), registry.rules, initialMutations(parsed, rootKey), time);
  const settings = { init, rootKey: Buffer.from(rootKey).toString("hex") };
  registry.append({ versions: first ? [first] : [], settings });
  return registry;
}

function reopen(
  { init, rootKey, keys, logger }: OpenRegistryOptions,
  database: RegistryDatabase,
  stored: string,
): DurableRegistry {
  if (database.setting("rootKey") !== Buffer.from(rootKey).toString("hex")) {
    throw new IcosError(
      "nns-key-changed",
      "The key in the data directory is not the one that this registry began with.",
      {
        next: "Restore the key file from a copy; nodes do not accept another key.",
      },
    );
  }
  if (init !== undefined && init !== stored) {
    logger.log("warning", "The init file differs from the one this registry began with; it is not used.");
  }
  return new DurableRegistry(database, rulesOf(parseNnsInit(stored)), keys);
}
