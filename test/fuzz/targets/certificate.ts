import { deepStrictEqual } from "node:assert/strict";
import { decodeCertificate, encodeCertificate } from "../../../packages/certification/src/index.ts";
import { unlessRefused } from "../harness/refusal.ts";

/** A certificate (CBOR): tree, signature, delegation. */
export function fuzz(data: Uint8Array): void {
  const certificate = unlessRefused(() => decodeCertificate(data));
  if (!certificate) return;
  const { digest } = certificate.tree;
  deepStrictEqual(decodeCertificate(encodeCertificate(certificate)).tree.digest, digest);
}
