import { link, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { equalBytes, ThresholdKey } from "@icos/certification";
import { checkWholeRegistry, RegistryState, type Violation } from "@icos/registry";
import { type Clock, IcosError, makeDirectory, readFileIfExists, syncDirectory } from "@icos/system";
import { parseNnsInit, rulesOf } from "../init.ts";
import { REGISTRY_FILE, RegistryDatabase } from "../store/database.ts";
import { loadSeed, ROOT_KEY_FILE } from "../store/seed.ts";
import type { VerifiedDump } from "./read-dump.ts";

/** SQLite's result codes for a file that is damaged, or none of its own. */
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

export interface LoadDumpOptions {
  /** Of a registry that does not run. It holds the root key's seed: a dump has no secret. */
  readonly directory: string;
  readonly dump: VerifiedDump;
  /** The init file's JSON text; needed for a directory without a registry, and not looked at in one that has one. */
  readonly init?: string | undefined;
  readonly clock: Clock;
}

export interface LoadedDump {
  readonly version: number;
  /** The registry that was there before; undefined when there was none. */
  readonly replaced: { readonly backup: string; readonly version: number | undefined } | undefined;
  /** Rules of today that the dump's latest version breaks: nothing to refuse, since it was certified so. */
  readonly violations: readonly Violation[];
}

/**
 * Puts a dump's registry in place of the one in a data directory, which is kept beside it. The governance log begins
 * anew. A crash leaves the old registry or the new one, never a part.
 * @throws IcosError `load-key-missing`, `load-other-key`, `nns-init-missing`, `nns-init-invalid`, `nns-database` when
 * the registry runs
 */
export async function loadDump({ directory, dump, init, clock }: LoadDumpOptions): Promise<LoadedDump> {
  await makeDirectory(directory, 0o700);
  await requireKey(directory, dump.rootKey);
  const file = join(directory, REGISTRY_FILE);
  const next = `${file}.loading`;
  await rm(next, { force: true });
  const present = (await readFileIfExists(file)) !== undefined;
  const old = present ? openOld(file) : undefined; // holds the lock
  let database: RegistryDatabase | undefined;
  try {
    const settings = old?.setting("init") ?? init;
    const last = old?.lastVersion();
    if (settings === undefined)
      throw new IcosError(
        "nns-init-missing",
        "The data directory holds no registry, and there is no init file for one.",
        {
          next: "Name the init file: it says who governs, which a dump does not.",
        },
      );
    const rules = rulesOf(parseNnsInit(settings));
    const versions = dump.history.since(0);
    const state = new RegistryState();
    for (const version of versions) state.commit(version);
    database = new RegistryDatabase(next);
    const rootKey = Buffer.from(dump.rootKey).toString("hex");
    database.append({ versions, settings: { init: settings, rootKey } });
    // A call that was executed before is not executed again afterwards.
    const now = BigInt(clock.now()) * 1_000_000n;
    for (const { id, expiry } of old?.calls() ?? []) database.addCall(id, expiry, now);
    database.close();
    old?.close();
    const replaced = present ? { backup: await keep(file, clock), version: last } : undefined;
    await rename(next, file);
    await syncDirectory(directory);
    return { version: state.version, replaced, violations: checkWholeRegistry(state, rules) };
  } finally {
    database?.close();
    old?.close();
    await rm(next, { force: true });
  }
}

/** Undefined when the file is damaged: a dump is what it is restored from. @throws IcosError `nns-database` */
function openOld(file: string): RegistryDatabase | undefined {
  try {
    return new RegistryDatabase(file);
  } catch (error) {
    if (error instanceof IcosError && isDamage(error.cause)) return undefined;
    throw error;
  }
}

function isDamage(cause: unknown): boolean {
  return (
    cause instanceof Error && "errcode" in cause && [SQLITE_CORRUPT, SQLITE_NOTADB].includes(Number(cause.errcode))
  );
}

async function requireKey(directory: string, rootKey: Uint8Array): Promise<void> {
  const seed = await loadSeed(directory, ROOT_KEY_FILE);
  if (!seed)
    throw new IcosError(
      "load-key-missing",
      `${directory} has no ${ROOT_KEY_FILE}: nobody could certify the dump there.`,
      {
        next: `Copy ${ROOT_KEY_FILE} (mode 0600) from the registry that the dump is of.`,
      },
    );
  if (!equalBytes(ThresholdKey.fromSeed(seed).publicKey.der, rootKey))
    throw new IcosError("load-other-key", `The dump is of a registry with another root key than ${directory} has.`, {
      next: "Its nodes would not believe the other key.",
    });
}

/** A second name for the file, which the rename then takes the first one of. */
async function keep(file: string, clock: Clock): Promise<string> {
  const backup = `${file}.before-load-${new Date(clock.now()).toISOString().replaceAll(/[:.]/g, "")}`;
  await link(file, backup);
  return backup;
}
