import { generateKeyPairSync } from "node:crypto";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Principal } from "@icos/certification";
import { TESTNET_NODE_KEYS } from "@icos/registry";
import { type Clock, silentLogger, systemClock } from "@icos/system";
import { GovernanceClient, identityFromPem, type Nns, NnsClient, type NnsInitInput, startNns } from "../src/index.ts";

const pem = (): string =>
  generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey.export({ format: "pem", type: "sec1" });

export const GOVERNANCE_PEM = pem();
export const OPERATOR_PEM = pem();
export const governance = identityFromPem(GOVERNANCE_PEM);
export const operator = identityFromPem(OPERATOR_PEM);
export const stranger = identityFromPem(pem());
const provider = identityFromPem(pem()).getPrincipal().toText();

export function testInit(more: Partial<NnsInitInput> = {}): string {
  const init: NnsInitInput = {
    governance: governance.getPrincipal().toText(),
    requiredNodeKeys: [...TESTNET_NODE_KEYS],
    rateLimits: false,
    dataCenters: [{ id: "DC1", region: "Europe,CH,Zurich", owner: "nobody" }],
    operators: [{ principal: operator.getPrincipal().toText(), provider, dataCenter: "DC1", allowance: 4 }],
    replicaVersion: { id: "v1", sha256: "ab".repeat(32), urls: ["http://files.example/v1/update-img.tar.zst"] },
    ...more,
  };
  return JSON.stringify(init);
}

export interface TestNns extends AsyncDisposable {
  readonly directory: string;
  readonly nns: Nns;
  readonly url: string;
  client(identity?: typeof governance): NnsClient;
  readonly governance: GovernanceClient;
  /** Stops and starts it in the same directory, without the init file. */
  restart(): Promise<TestNns>;
  /** Stops it; the directory stays until this is disposed of. */
  stop(): Promise<void>;
}

/** A registry in a temporary directory, on a free port of the loopback. */
export async function testNns(init = testInit(), clock: Clock = systemClock): Promise<TestNns> {
  return run(await mkdtemp(join(tmpdir(), "icos-nns-")), init, clock);
}

/** A registry that begins as one that is stopped ended; nothing of the directory changes. */
export async function copyNns(directory: string): Promise<TestNns> {
  const copy = await mkdtemp(join(tmpdir(), "icos-nns-"));
  await cp(directory, copy, { recursive: true });
  return run(copy, undefined, systemClock);
}

async function run(directory: string, init: string | undefined, clock: Clock): Promise<TestNns> {
  const listen = { host: "127.0.0.1", port: 0 };
  const nns = await startNns({ directory, init, listen, clock, logger: silentLogger });
  const url = nns.url ?? "";
  let running = true;
  const stop = async (): Promise<void> => {
    if (running) await nns.close();
    running = false;
  };
  const client = (identity?: typeof governance): NnsClient => new NnsClient({ url, rootKey: nns.rootKey, identity });
  return {
    directory,
    nns,
    url,
    client,
    governance: new GovernanceClient(client(governance)),
    async restart() {
      await stop();
      return run(directory, undefined, clock);
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export const principalOf = (identity: typeof governance): Principal =>
  Principal.fromUint8Array(identity.getPrincipal().toUint8Array());
