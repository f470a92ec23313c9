import { createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import { CommitteeKey, ed25519KeyFromDer, type Principal } from "@icos/certification";
import { AlgorithmId, encodeRecord, nodeIdOf, PublicKeySchema, X509PublicKeyCertSchema } from "@icos/registry";
import { makeTlsCertificate } from "./tls-certificate.ts";

/** The secret halves, as they are stored. The committee key is stored by its seed. */
export interface NodeSecrets {
  /** Ed25519. */
  readonly signing: KeyObject;
  /** Ed25519. */
  readonly tls: KeyObject;
  /** 32 bytes. */
  readonly committeeSeed: Uint8Array;
}

/** The public halves as the registry stores them: encoded `PublicKey` and `X509PublicKeyCert` records. */
export interface NodePublicKeys {
  readonly nodeSigning: Uint8Array;
  readonly committeeSigning: Uint8Array;
  readonly tlsCertificate: Uint8Array;
}

/**
 * A node's identity. Keys for dealing encryption and for iDKG are no part of it yet: nothing would use them.
 */
export interface NodeKeys {
  /** The self-authenticating principal of the signing key. */
  readonly nodeId: Principal;
  readonly signing: KeyObject;
  readonly tls: { readonly key: KeyObject; readonly certificateDer: Uint8Array };
  /** Worked out when it is asked for: that takes half a second under emulation. */
  readonly committee: () => CommitteeKey;
  readonly public: NodePublicKeys;
}

export function generateSecrets(): NodeSecrets {
  return {
    signing: generateKeyPairSync("ed25519").privateKey,
    tls: generateKeyPairSync("ed25519").privateKey,
    committeeSeed: randomBytes(32),
  };
}

/** The keys of a node whose certificate and public committee key (an encoded record) exist already. */
export function assembleNodeKeys(
  secrets: NodeSecrets,
  stored: Pick<NodePublicKeys, "committeeSigning"> & { readonly certificateDer: Uint8Array },
): NodeKeys {
  const { certificateDer, committeeSigning } = stored;
  return {
    nodeId: nodeIdOf(rawPublic(secrets.signing)),
    signing: secrets.signing,
    tls: { key: secrets.tls, certificateDer },
    committee: () => CommitteeKey.fromSeed(secrets.committeeSeed),
    public: {
      nodeSigning: encodeRecord(PublicKeySchema, {
        algorithm: AlgorithmId.ED25519,
        keyValue: rawPublic(secrets.signing),
      }),
      committeeSigning,
      tlsCertificate: encodeRecord(X509PublicKeyCertSchema, { certificateDer }),
    },
  };
}

/** The keys of a new node, with a certificate that is valid from now; its serial number is random unless told. */
export function newNodeKeys(secrets: NodeSecrets, now: number, serial?: Uint8Array): NodeKeys {
  const nodeId = nodeIdOf(rawPublic(secrets.signing)).toText();
  const certificateDer = makeTlsCertificate(secrets.tls, nodeId, now, serial);
  const committeeSigning = committeeRecord(secrets);
  return assembleNodeKeys(secrets, { certificateDer, committeeSigning });
}

/** The encoded record of the public committee key, worked out from its seed. */
export function committeeRecord({ committeeSeed }: NodeSecrets): Uint8Array {
  const { publicKey, proofOfPossession } = CommitteeKey.fromSeed(committeeSeed);
  return encodeRecord(PublicKeySchema, {
    algorithm: AlgorithmId.MULTI_BLS12_381,
    keyValue: publicKey,
    proofData: proofOfPossession,
  });
}

const rawPublic = (key: KeyObject): Uint8Array =>
  ed25519KeyFromDer(createPublicKey(key).export({ type: "spki", format: "der" }));
