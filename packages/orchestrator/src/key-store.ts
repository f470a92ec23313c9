import { createHash, type KeyObject } from "node:crypto";
import { join } from "node:path";
import { decodeRecord, X509PublicKeyCertSchema } from "@icos/registry";
import { describeError, type DurableFiles, IcosError } from "@icos/system";
import {
  assembleNodeKeys,
  committeeRecord,
  generateSecrets,
  newNodeKeys,
  type NodeKeys,
  type NodeSecrets,
} from "./node-keys.ts";
import { checkTlsCertificate, parsePrivateKey } from "./tls-certificate.ts";

const STORE = "node_keys";
/** A generation that did not come to its end. Nothing of it was ever used. */
const STAGING = "node_keys.new";
const IGNORED: readonly string[] = [STAGING, "lost+found"];

const FILES = {
  signing: "node_signing_key.pem",
  tls: "tls_key.pem",
  committeeSeed: "committee_signing_seed",
  nodeSigningPublic: "node_signing_pk.pb",
  committeePublic: "committee_signing_pk.pb",
  certificate: "transport_tls_cert.pb",
} as const;
/** Ties the files together: what they were made as is what they are. Lower-case hex and a line feed. Older stores lack it. */
const DIGEST = "keys.sha256";

const SECRET_MODE = 0o400;
const PUBLIC_MODE = 0o444;

export interface KeyStoreModules {
  readonly files: DurableFiles;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * The node's keys from `<directory>/node_keys`, made there when there are none. They are made once: all files are written
 * beside the store and synced, then one rename publishes them, so after a crash there are all of them or none. A store
 * that is incomplete or inconsistent is refused with `key-store-inconsistent` and never written over.
 */
export async function openKeyStore(
  directory: string,
  { files, now }: KeyStoreModules,
): Promise<{ readonly keys: NodeKeys; readonly generated: boolean }> {
  const entries = files.list(directory);
  if (entries === undefined) {
    throw new IcosError("key-store-missing", `There is no key store directory ${directory}.`, {
      next: "Check that the store partition is mounted there.",
      place: { file: directory },
    });
  }
  const generated = !entries.includes(STORE);
  if (generated) refuseForeign(directory, entries);
  const keys = generated ? await generate(directory, files, now()) : load(join(directory, STORE), files, now());
  // The rename may be visible without being durable: a crash right after it, then this start.
  await files.syncDirectory(directory);
  if (!generated && entries.includes(STAGING)) await files.removeTree(join(directory, STAGING));
  return { keys, generated };
}

function refuseForeign(directory: string, entries: readonly string[]): void {
  const foreign = entries.filter((name) => !IGNORED.includes(name));
  if (foreign.length === 0) return;
  throw new IcosError(
    "key-store-foreign",
    `${directory} holds ${foreign.join(", ")} but no ${STORE}; new keys are not made beside what may be this node's keys.`,
    { next: "Move the files away if the node should get a new identity.", place: { file: directory } },
  );
}

async function generate(directory: string, files: DurableFiles, now: number): Promise<NodeKeys> {
  const secrets = generateSecrets();
  const keys = newNodeKeys(secrets, now);
  await writeKeyStore(directory, secrets, keys, files);
  return keys;
}

/** Puts a node's keys into a directory that has none, as {@link openKeyStore} does with those it makes. */
export async function writeKeyStore(
  directory: string,
  secrets: NodeSecrets,
  keys: NodeKeys,
  files: DurableFiles,
): Promise<void> {
  const staging = join(directory, STAGING);
  await files.removeTree(staging);
  await files.makeDirectory(staging, 0o700);
  const contents: readonly (readonly [string, string | Uint8Array, number])[] = [
    [FILES.signing, pem(secrets.signing), SECRET_MODE],
    [FILES.tls, pem(secrets.tls), SECRET_MODE],
    [FILES.committeeSeed, secrets.committeeSeed, SECRET_MODE],
    [FILES.nodeSigningPublic, keys.public.nodeSigning, PUBLIC_MODE],
    [FILES.committeePublic, keys.public.committeeSigning, PUBLIC_MODE],
    [FILES.certificate, keys.public.tlsCertificate, PUBLIC_MODE],
  ];
  const digest = digestOf(new Map(contents.map(([name, content]) => [name, Buffer.from(content)])));
  for (const [name, content, mode] of contents) await files.create(join(staging, name), Buffer.from(content), mode);
  await files.create(join(staging, DIGEST), Buffer.from(digest), SECRET_MODE);
  await files.syncDirectory(staging);
  await files.rename(staging, join(directory, STORE));
}

function load(store: string, files: DurableFiles, now: number): NodeKeys {
  const present = files.list(store) ?? [];
  const missing = Object.values(FILES).filter((name) => !present.includes(name));
  if (missing.length > 0)
    throw inconsistent(store, `${missing.join(", ")} ${missing.length > 1 ? "are" : "is"} missing`);
  const contents = new Map<string, Buffer>();
  const read = (name: string): Buffer => {
    const content = files.read(join(store, name));
    contents.set(name, content);
    return content;
  };
  const stored = {
    signing: read(FILES.signing),
    tls: read(FILES.tls),
    committeeSeed: read(FILES.committeeSeed),
    nodeSigning: read(FILES.nodeSigningPublic),
    committee: read(FILES.committeePublic),
    certificate: read(FILES.certificate),
  };
  const sealed = present.includes(DIGEST);
  if (sealed && files.read(join(store, DIGEST)).toString("latin1") !== digestOf(contents)) {
    throw inconsistent(store, `its files are not those that ${DIGEST} was made from`);
  }
  if (stored.committeeSeed.length !== 32) throw inconsistent(store, `${FILES.committeeSeed} does not have 32 bytes`);
  try {
    const secrets: NodeSecrets = {
      signing: parsePrivateKey(stored.signing, "ed25519", join(store, FILES.signing)),
      tls: parsePrivateKey(stored.tls, "ed25519", join(store, FILES.tls)),
      committeeSeed: stored.committeeSeed,
    };
    const { certificateDer } = decodeRecord(
      X509PublicKeyCertSchema,
      stored.certificate,
      join(store, FILES.certificate),
    );
    const keys = assembleNodeKeys(secrets, { certificateDer, committeeSigning: Uint8Array.from(stored.committee) });
    checkTlsCertificate(certificateDer, secrets.tls, keys.nodeId.toText(), now);
    const differing = [
      ...(stored.nodeSigning.equals(keys.public.nodeSigning) ? [] : [FILES.nodeSigningPublic]),
      ...(sealed || stored.committee.equals(committeeRecord(secrets)) ? [] : [FILES.committeePublic]),
      ...(stored.certificate.equals(keys.public.tlsCertificate) ? [] : [FILES.certificate]),
    ];
    if (differing.length > 0) throw new Error(`${differing.join(", ")} do not belong to the secret keys`);
    return keys;
  } catch (cause) {
    throw inconsistent(store, describeError(cause).replace(/\.$/, ""), cause);
  }
}

/**
 * SHA-256 over name, length and content of each file. By it a damaged or foreign public committee key is found without
 * working it out from the seed, which would be half a second of each start under emulation.
 */
function digestOf(contents: ReadonlyMap<string, Uint8Array>): string {
  const digest = createHash("sha256");
  for (const name of Object.values(FILES)) {
    const content = contents.get(name) ?? Buffer.alloc(0);
    digest.update(`${name} ${content.length}\n`).update(content);
  }
  return `${digest.digest("hex")}\n`;
}

function inconsistent(store: string, why: string, cause?: unknown): IcosError {
  return new IcosError("key-store-inconsistent", `The node's key store ${store} cannot be used: ${why}.`, {
    next: "New keys are not made over existing ones: restore the store, or wipe it to redeploy the node with a new identity.",
    place: { file: store },
    cause,
  });
}

const pem = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" });
