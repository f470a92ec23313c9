import type { KeyObject } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { NODE_KEY_FILE, REGISTRY_FILE, RegistryDatabase, ROOT_KEY_FILE } from "@icos/nns";
import { writeKeyStore } from "@icos/orchestrator";
import { encodeProtoRegistry, LocalStore } from "@icos/registry";
import { durableFiles, IcosError, makeDirectory, systemErrorCode, writeFileDurably } from "@icos/system";
import type { PreparedNetwork, PreparedNodeKeys } from "./prepare.ts";

/** Files and directories of a prepared network, below its directory. Names are upstream's where upstream has them. */
export const PREP_FILES = {
  registry: "registry.proto",
  localStore: "ic_registry_local_store",
  rootKey: "nns_public_key.pem",
  /** The data directory of the registry's service. */
  nns: "nns",
  governanceKey: "governance.pem",
  operatorKey: "node_operator_private_key.pem",
  node: (idx: number): string => `node-${idx}`,
} as const;

/**
 * Writes a network into a directory that is empty or missing. Secrets have mode 0600 or 0400.
 * @throws IcosError `prep-directory-not-empty`
 */
export async function writeNetwork(directory: string, network: PreparedNetwork): Promise<void> {
  await refuseNonEmpty(directory);
  await makeDirectory(directory, 0o755);
  const { version, rootKeyPem, governanceKey, operatorKey } = network;
  await writeFileDurably(join(directory, PREP_FILES.registry), encodeProtoRegistry([version]));
  await makeDirectory(join(directory, PREP_FILES.localStore));
  await new LocalStore(join(directory, PREP_FILES.localStore)).append(version.version, version.changes);
  await writeFileDurably(join(directory, PREP_FILES.rootKey), rootKeyPem);
  await writeSecretKey(join(directory, PREP_FILES.governanceKey), governanceKey);
  await writeSecretKey(join(directory, PREP_FILES.operatorKey), operatorKey);
  await writeNns(join(directory, PREP_FILES.nns), network);
  for (const node of network.nodes) await writeNode(join(directory, PREP_FILES.node(node.plan.idx)), node);
}

async function refuseNonEmpty(directory: string): Promise<void> {
  let names: readonly string[] = [];
  try {
    names = await readdir(directory);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
  if (names.length === 0) return;
  throw new IcosError("prep-directory-not-empty", `${directory} is not empty, and keys are not written over.`, {
    next: "Choose another directory, or remove this one.",
    place: { file: directory },
  });
}

/** A data directory that the registry's service starts from, its first version in it. */
async function writeNns(directory: string, { nns, version, rootKey }: PreparedNetwork): Promise<void> {
  await makeDirectory(directory, 0o700);
  await writeFileDurably(join(directory, ROOT_KEY_FILE), nns.rootSeed, 0o600);
  await writeFileDurably(join(directory, NODE_KEY_FILE), nns.nodeSeed, 0o600);
  const database = new RegistryDatabase(join(directory, REGISTRY_FILE));
  try {
    const settings = { init: nns.init, rootKey: Buffer.from(rootKey).toString("hex") };
    database.append({ versions: [version], settings });
  } finally {
    database.close();
  }
}

/** `crypto` is a node's crypto root; the public material lies beside it once more, by upstream's names. */
async function writeNode(directory: string, { nodeId, secrets, keys }: PreparedNodeKeys): Promise<void> {
  const crypto = join(directory, "crypto");
  await makeDirectory(crypto, 0o700);
  await makeDirectory(join(directory, "state"));
  await writeKeyStore(crypto, secrets, keys, durableFiles);
  const files = {
    derived_node_id: nodeId.toText(),
    node_signing_key: keys.public.nodeSigning,
    committee_signing_key: keys.public.committeeSigning,
    transport_tls_certificate: keys.public.tlsCertificate,
  };
  for (const [name, content] of Object.entries(files)) await writeFileDurably(join(directory, name), content);
}

async function writeSecretKey(path: string, key: KeyObject | undefined): Promise<void> {
  if (key) await writeFileDurably(path, key.export({ type: "pkcs8", format: "pem" }), 0o600);
}
