import * as v from "valibot";
import { parseWith } from "@icos/system";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import { concatBytes, domainSeparator } from "./bytes.ts";
import type { HashTree } from "./hash-tree.ts";
import { hashTreeFromCbor, hashTreeToCbor } from "./hash-tree-cbor.ts";
import { Principal } from "./principal.ts";

/** A signed (partial) state tree. */
export interface Certificate {
  readonly tree: HashTree;
  /** 48 bytes: BLS over the root hash. */
  readonly signature: Uint8Array;
  readonly delegation?: CertificateDelegation;
}

/** The root subnet's word that a subnet has the key which signed. */
export interface CertificateDelegation {
  readonly subnetId: Principal;
  /** A certificate of the root subnet, encoded; it has no delegation itself. */
  readonly certificate: Uint8Array;
}

const STATE_ROOT = domainSeparator("ic-state-root");
const MALFORMED = { code: "certificate-malformed", name: "A certificate" } as const;

const Bytes = v.instance(Uint8Array, "not a byte string");
const CertificateSchema = v.strictObject({
  tree: v.array(v.unknown()),
  signature: Bytes,
  delegation: v.optional(v.strictObject({ subnet_id: Bytes, certificate: Bytes })),
});

/** Reads a certificate without trusting it; throws `certificate-malformed` or `hash-tree-malformed`. */
export function decodeCertificate(bytes: Uint8Array): Certificate {
  const { tree, signature, delegation } = parseWith(CertificateSchema, decodeCbor(bytes, MALFORMED), MALFORMED);
  return {
    tree: hashTreeFromCbor(tree),
    signature,
    ...(delegation && {
      delegation: { subnetId: Principal.fromUint8Array(delegation.subnet_id), certificate: delegation.certificate },
    }),
  };
}

/** CBOR with the self-describing tag. */
export function encodeCertificate({ tree, signature, delegation }: Certificate): Uint8Array {
  return encodeCbor({
    tree: hashTreeToCbor(tree),
    signature,
    ...(delegation && {
      delegation: { subnet_id: delegation.subnetId.toUint8Array(), certificate: delegation.certificate },
    }),
  });
}

/** What a certificate's signature is over. */
export function stateRootMessage(rootHash: Uint8Array): Uint8Array {
  return concatBytes(STATE_ROOT, rootHash);
}
