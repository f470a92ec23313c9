import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ed25519KeyToDer } from "@icos/certification";
import { type Principal, selfAuthenticating } from "@icos/certification/principal";
import { decodeRecord, PublicKeySchema } from "@icos/registry";

/** Below the crypto root: the public part of the node signing key, as it is registered. The orchestrator writes it. */
export const NODE_SIGNING_KEY_FILE = "node_keys/node_signing_pk.pb";

/** The node id of the keys in a crypto root. */
export async function readNodeId(cryptoRoot: string): Promise<Principal> {
  const path = join(cryptoRoot, NODE_SIGNING_KEY_FILE);
  const { keyValue } = decodeRecord(PublicKeySchema, await readFile(path), path);
  return selfAuthenticating(ed25519KeyToDer(keyValue));
}
