import { generateKeyPairSync } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Secp256k1KeyIdentity } from "@icp-sdk/core/identity/secp256k1";
import { thresholdKeyToPem } from "@icos/certification";
import { TESTNET_NODE_KEYS } from "@icos/registry";
import { GovernanceClient, identityFromPem, NnsClient, startNns, type Nns, type NnsInitInput } from "@icos/nns";
import { silentLogger, systemClock } from "@icos/system";

export const VERSION = "v1";

/** A real NNS in this process, with one operator who may add two nodes. */
export interface TestNetwork extends AsyncDisposable {
  readonly nns: Nns & { readonly url: string };
  readonly governance: GovernanceClient;
  readonly client: NnsClient;
  readonly operatorPem: string;
  readonly rootKeyPem: string;
}

const secp256k1Pem = (): string => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
  return privateKey.export({ type: "pkcs8", format: "pem" });
};

export async function startTestNetwork(directory: string): Promise<TestNetwork> {
  const governance = Secp256k1KeyIdentity.generate();
  const operatorPem = secp256k1Pem();
  const init: NnsInitInput = {
    governance: governance.getPrincipal().toText(),
    requiredNodeKeys: [...TESTNET_NODE_KEYS],
    dataCenters: [{ id: "dc1", region: "Europe,CH,Zurich", owner: "Testers" }],
    operators: [
      {
        principal: identityFromPem(operatorPem).getPrincipal().toText(),
        provider: governance.getPrincipal().toText(),
        dataCenter: "dc1",
        allowance: 2,
      },
    ],
    replicaVersion: { id: VERSION },
    unassignedNodes: { replicaVersion: VERSION },
  };
  const nns = await startNns({
    directory: join(directory, "nns"),
    init: JSON.stringify(init),
    listen: { host: "127.0.0.1", port: 0 },
    clock: systemClock,
    logger: silentLogger,
  });
  const { rootKey, url = "" } = nns;
  const client = new NnsClient({ url, rootKey, identity: governance });
  return {
    nns: { ...nns, url },
    governance: new GovernanceClient(client),
    client,
    operatorPem,
    rootKeyPem: thresholdKeyToPem(rootKey),
    [Symbol.asyncDispose]: () => nns.close(),
  };
}

/** The directories of a node, as GuestOS has them. */
export interface NodeDirectories {
  readonly crypto: string;
  readonly data: string;
  readonly binaries: string;
}

/** `bin/node` and `lib/replica.mjs` as in the image, but with the program's source. */
export async function makeNodeDirectories(root: string): Promise<NodeDirectories> {
  const directories = { crypto: join(root, "crypto"), data: join(root, "data"), binaries: join(root, "bin") };
  for (const path of [...Object.values(directories), join(root, "lib")]) await mkdir(path, { recursive: true });
  const program = new URL("../../guestos/src/programs/replica.ts", import.meta.url);
  await writeFile(join(root, "lib/replica.mjs"), `await import(${JSON.stringify(program.href)});\n`);
  await writeFile(join(directories.binaries, "node"), `#!/bin/sh\nexec '${process.execPath}' "$@" 2>/dev/null\n`, {
    mode: 0o755,
  });
  return directories;
}
