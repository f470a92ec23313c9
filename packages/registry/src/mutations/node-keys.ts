import { ECDH } from "node:crypto";
import { type Principal, selfAuthenticating } from "@icos/certification";
import { IcosError } from "@icos/system";
import { KeyPurpose, registryKey } from "../keys.ts";
import { AlgorithmId, decodeRecord, PublicKeySchema, type PublicKey, X509PublicKeyCertSchema } from "../records.ts";
import { put, type Mutation } from "../state/mutation.ts";
import type { MutationContext } from "./context.ts";
import { isEd25519Point } from "./ed25519-point.ts";
import { refuse } from "./refuse.ts";
import { NODE_KEYS, type NodeKey } from "./rules.ts";
import { checkTlsCertificate } from "./tls-certificate.ts";

/** The key fields of `add_node`: protobuf, empty when absent. */
export interface NodeKeyPayload {
  readonly node_signing_pk: Uint8Array;
  readonly committee_signing_pk: Uint8Array;
  readonly ni_dkg_dealing_encryption_pk: Uint8Array;
  readonly idkg_dealing_encryption_pk?: Uint8Array | undefined;
  readonly transport_tls_cert: Uint8Array;
}

/** A node's checked keys. */
export interface NodePublicKeys {
  readonly node: Principal;
  readonly publicKeys: ReadonlyMap<KeyPurpose, PublicKey>;
  readonly tlsCertificateDer: Uint8Array | undefined;
}

const ED25519_DER_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** The node id that belongs to a raw Ed25519 key: the principal of its DER form. */
export function nodeIdOf(ed25519: Uint8Array): Principal {
  return selfAuthenticating(Buffer.concat([ED25519_DER_PREFIX, ed25519]));
}

/** Checks every key that is there, and that none is missing which the network requires. */
export function parseNodeKeys(
  payload: NodeKeyPayload,
  { rules, time, verifyCommitteeKey }: Pick<MutationContext, "rules" | "time" | "verifyCommitteeKey">,
): NodePublicKeys {
  const required = rules.requiredNodeKeys;
  const fields: Record<NodeKey, Uint8Array | undefined> = {
    nodeSigning: payload.node_signing_pk,
    committeeSigning: payload.committee_signing_pk,
    dkgDealingEncryption: payload.ni_dkg_dealing_encryption_pk,
    idkgMegaEncryption: payload.idkg_dealing_encryption_pk,
    tlsCertificate: payload.transport_tls_cert,
  };
  const missing = NODE_KEYS.filter((key) => !fields[key]?.length && (key === "nodeSigning" || required.includes(key)));
  if (missing.length > 0) {
    throw refuse("node-key-missing", `The node does not bring all its keys: ${missing.join(", ")}.`, { missing });
  }
  const publicKeys = new Map<KeyPurpose, PublicKey>();
  for (const name of ["nodeSigning", "committeeSigning", "dkgDealingEncryption", "idkgMegaEncryption"] as const) {
    const bytes = fields[name];
    if (!bytes?.length) continue;
    const key = decodeKey(name, bytes);
    CHECKS[name](key, verifyCommitteeKey);
    publicKeys.set(KeyPurpose[name], key);
  }
  const node = nodeIdOf(publicKeys.get(KeyPurpose.nodeSigning)?.keyValue ?? new Uint8Array());
  const tlsCertificateDer = fields.tlsCertificate?.length ? decodeCertificate(fields.tlsCertificate) : undefined;
  if (tlsCertificateDer) checkTlsCertificate(tlsCertificateDer, node, time);
  return { node, publicKeys, tlsCertificateDer };
}

/** Checks an iDKG key, a protobuf `PublicKey`. @throws MutationRefused */
export function parseIdkgKey(bytes: Uint8Array): PublicKey {
  const key = decodeKey("idkgMegaEncryption", bytes);
  CHECKS.idkgMegaEncryption(key);
  return key;
}

export function keyMutations({ node, publicKeys, tlsCertificateDer }: NodePublicKeys): Mutation[] {
  const keys = Array.from(publicKeys, ([purpose, key]) =>
    put("insert", registryKey.cryptoRecord(node, purpose), PublicKeySchema, key),
  );
  if (!tlsCertificateDer) return keys;
  const certificate = { certificateDer: tlsCertificateDer };
  return [...keys, put("insert", registryKey.tlsCertificate(node), X509PublicKeyCertSchema, certificate)];
}

const CHECKS = {
  nodeSigning(key) {
    requireAlgorithm("nodeSigning", key, AlgorithmId.ED25519);
    if (!isEd25519Point(key.keyValue)) throw invalid("nodeSigning", "it is not a point of edwards25519");
  },
  committeeSigning(key, verifyCommitteeKey) {
    requireAlgorithm("committeeSigning", key, AlgorithmId.MULTI_BLS12_381);
    const proofOfPossession = key.proofData ?? new Uint8Array();
    if (!verifyCommitteeKey({ publicKey: key.keyValue, proofOfPossession })) {
      throw invalid("committeeSigning", "the key or its proof of possession does not verify");
    }
  },
  dkgDealingEncryption() {
    // Its proof of possession is a zero-knowledge proof that nothing here can check yet.
    throw refuse(
      "node-key-unsupported",
      "A DKG dealing encryption key cannot be verified yet, so it is not accepted.",
      {
        key: "dkgDealingEncryption",
      },
    );
  },
  idkgMegaEncryption(key) {
    requireAlgorithm("idkgMegaEncryption", key, AlgorithmId.MEGA_SECP_256K1);
    try {
      ECDH.convertKey(key.keyValue, "secp256k1");
    } catch {
      throw invalid("idkgMegaEncryption", "it is not a point of secp256k1");
    }
    if (key.keyValue.length !== 33) throw invalid("idkgMegaEncryption", "it is not a compressed point");
  },
} satisfies Partial<Record<NodeKey, (key: PublicKey, verify: MutationContext["verifyCommitteeKey"]) => void>>;

function requireAlgorithm(name: NodeKey, key: PublicKey, algorithm: AlgorithmId): void {
  if (key.algorithm !== algorithm) throw invalid(name, `its algorithm is ${key.algorithm}, not ${algorithm}`);
}

function decodeKey(name: NodeKey, bytes: Uint8Array): PublicKey {
  try {
    return decodeRecord(PublicKeySchema, bytes, name);
  } catch (error) {
    throw error instanceof IcosError ? invalid(name, "it is not a protobuf PublicKey") : error;
  }
}

function decodeCertificate(bytes: Uint8Array): Uint8Array {
  try {
    return decodeRecord(X509PublicKeyCertSchema, bytes, "tlsCertificate").certificateDer;
  } catch (error) {
    throw error instanceof IcosError ? invalid("tlsCertificate", "it is not a protobuf X509PublicKeyCert") : error;
  }
}

function invalid(key: NodeKey, why: string) {
  return refuse("node-key-invalid", `The ${key} key of the node is not valid: ${why}.`, { key });
}
