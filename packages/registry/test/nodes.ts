import { generateKeyPairSync } from "node:crypto";
import { CommitteeKey, type Principal } from "@icos/certification";
import {
  type AddNodePayload,
  AlgorithmId,
  encodeRecord,
  nodeIdOf,
  PublicKeySchema,
  X509PublicKeyCertSchema,
} from "../src/index.ts";
import { makeCertificate } from "./tls-certificate.ts";

export interface TestNode {
  readonly id: Principal;
  readonly payload: AddNodePayload;
}

const made = new Map<number, TestNode>();

/** Node `index` of a test network, with real keys. Made once in a process, since BLS keys are slow to make. */
export function testNode(index: number): TestNode {
  const node = made.get(index) ?? makeNode(index);
  made.set(index, node);
  return node;
}

export function ed25519Raw(): Uint8Array {
  return generateKeyPairSync("ed25519").publicKey.export({ format: "der", type: "spki" }).subarray(12);
}

function makeNode(index: number): TestNode {
  const keyValue = ed25519Raw();
  const id = nodeIdOf(keyValue);
  const committee = CommitteeKey.fromSeed(Buffer.alloc(32, index + 1));
  const address = `[fd00:1::${(index + 16).toString(16)}]`;
  return {
    id,
    payload: {
      node_signing_pk: encodeRecord(PublicKeySchema, { algorithm: AlgorithmId.ED25519, keyValue }),
      committee_signing_pk: encodeRecord(PublicKeySchema, {
        algorithm: AlgorithmId.MULTI_BLS12_381,
        keyValue: committee.publicKey,
        proofData: committee.proofOfPossession,
      }),
      ni_dkg_dealing_encryption_pk: new Uint8Array(),
      transport_tls_cert: tlsCertificate(makeCertificate({ subject: id.toText() })),
      xnet_endpoint: `${address}:2497`,
      http_endpoint: `${address}:8080`,
      p2p_flow_endpoints: [],
      prometheus_metrics_endpoint: "",
    },
  };
}

export function tlsCertificate(certificateDer: Uint8Array): Uint8Array {
  return encodeRecord(X509PublicKeyCertSchema, { certificateDer });
}
