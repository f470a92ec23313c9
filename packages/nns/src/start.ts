import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { makeDirectory, type Clock, type Logger } from "@icos/system";
import { ed25519PrivateKey, ThresholdKey } from "@icos/certification";
import { REGISTRY_CANISTER_ID } from "@icos/registry";
import { type Canister, createIcServer, type IcServerLimits, nodeKeyFrom } from "@icos/replica";
import { RegistryCanister } from "./canister.ts";
import { GovernanceCanister } from "./governance/canister.ts";
import { GOVERNANCE_CANISTER_ID } from "./governance/codecs.ts";
import { KeyChecker } from "./key-checks/key-checker.ts";
import type { RegistryDatabase } from "./store/database.ts";
import { openRegistry } from "./store/open-registry.ts";
import { loadOrMakeSeed, NODE_KEY_FILE, ROOT_KEY_FILE } from "./store/seed.ts";

export interface NnsOptions {
  /** Holds the database and the keys; made when missing, mode 0700. */
  readonly directory: string;
  /** The init file's JSON text; needed only for an empty directory. */
  readonly init?: string | undefined;
  /** A port of 0 takes a free one; a path is a unix socket. */
  readonly listen: { readonly host: string; readonly port: number } | { readonly path: string };
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<IcServerLimits> | undefined;
}

export interface Nns {
  /** DER, 133 bytes. */
  readonly rootKey: Uint8Array;
  /** Of the HTTP server; `undefined` on a unix socket. */
  readonly url: string | undefined;
  close(): Promise<void>;
}

interface Opened {
  readonly database: RegistryDatabase;
  readonly keys: KeyChecker;
}

/** Runs the registry behind the IC's HTTPS interface. */
export async function startNns(options: NnsOptions): Promise<Nns> {
  const { directory, clock, logger, limits } = options;
  await makeDirectory(directory, 0o700);
  const key = ThresholdKey.fromSeed(await loadOrMakeSeed(directory, ROOT_KEY_FILE));
  const nodeKey = nodeKeyFrom(ed25519PrivateKey(await loadOrMakeSeed(directory, NODE_KEY_FILE)));
  const rootKey = key.publicKey.der;
  const keys = new KeyChecker(logger);
  const { registry, governance, database } = openRegistry({
    directory,
    init: options.init,
    rootKey,
    keys,
    clock,
    logger,
  });
  const opened = { database, keys };
  try {
    for (const { id, state } of governance.executeAdopted(BigInt(clock.now()) * 1_000_000n))
      logger.log("info", "proposal was adopted before the start", { proposal: id, now: state.kind });
    const server = createIcServer({
      key,
      nodeKey,
      canisters: new Map<string, Canister>([
        [REGISTRY_CANISTER_ID.toText(), new RegistryCanister(registry)],
        [GOVERNANCE_CANISTER_ID.toText(), new GovernanceCanister(governance, registry.rules.governance.toText())],
      ]),
      clock,
      logger,
      health: () => "healthy",
      replayGuard: replayGuard(database, clock),
      ...(limits && { limits }),
    });
    const { listen } = options;
    if ("path" in listen) {
      const socket = createServer((request, response) => server.handle(request, response));
      await once(socket.listen(listen.path), "listening");
      return { rootKey, url: undefined, close: () => closeAll(() => closeSocket(socket), opened) };
    }
    const { url } = await server.listen(listen);
    logger.log("info", "registry serves", { url, version: registry.state.version });
    return { rootKey, url, close: () => closeAll(() => server.close(), opened) };
  } catch (error) {
    database.close();
    throw error;
  }
}

function replayGuard(database: RegistryDatabase, clock: Clock) {
  return {
    has: (id: Uint8Array) => database.hasCall(id),
    add: (id: Uint8Array, expiry: bigint) => database.addCall(id, expiry, BigInt(clock.now()) * 1_000_000n),
  };
}

async function closeAll(stop: () => Promise<void>, { database, keys }: Opened): Promise<void> {
  try {
    await stop();
  } finally {
    database.close();
    keys.close();
  }
}

function closeSocket(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeIdleConnections();
  });
}
