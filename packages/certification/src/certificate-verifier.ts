import { hash } from "node:crypto";
import { IcosError } from "@icos/system";
import { type Certificate, decodeCertificate, stateRootMessage } from "./certificate.ts";
import { type CanisterRange, rangesContain, rangesOfSubnet } from "./canister-ranges.ts";
import type { HashTree } from "./hash-tree.ts";
import { decodeUnsignedLeb128 } from "./leb128.ts";
import { lookup } from "./lookup.ts";
import type { Principal } from "./principal.ts";
import { type ThresholdPublicKey, readThresholdPublicKey } from "./threshold-public-key.ts";

/** A certificate whose signature chain ends at the root key. */
export interface VerifiedCertificate {
  readonly tree: HashTree;
  /** `/time`, in nanoseconds since the Unix epoch. */
  readonly time: bigint;
  /** The subnet that signed; `undefined` when it is the root subnet. */
  readonly subnetId: Principal | undefined;
}

export interface CertificateVerifierOptions {
  /** DER, 133 bytes. */
  readonly rootKey: Uint8Array;
  /** How many verified certificates are remembered; 64 unless told. */
  readonly cacheSize?: number | undefined;
}

export interface VerifyOptions {
  /** The certificate has to come from the subnet that hosts this canister. */
  readonly canisterId?: Principal | undefined;
  /** Left out, a certificate of any age is good. All in milliseconds, `now` since the Unix epoch. */
  readonly freshness?: { readonly now: number; readonly maxAge: number; readonly maxFuture: number } | undefined;
}

/**
 * Verifies certificates against one root key. A pairing is costly (half a second under emulation), so each distinct
 * certificate, by the hash of its bytes, is verified once; its age and ranges are checked every time.
 */
export interface CertificateVerifier {
  /**
   * Throws `certificate-malformed`, `hash-tree-malformed`, `certificate-signature`, `certificate-delegation`,
   * `certificate-canister` or `certificate-time`.
   */
  verify(bytes: Uint8Array, options?: VerifyOptions): VerifiedCertificate;
}

interface Remembered extends VerifiedCertificate {
  /** The canister ranges of the delegation; `undefined` without one. */
  readonly ranges: readonly CanisterRange[] | undefined;
}

const DEFAULT_CACHE_SIZE = 64;

export function createCertificateVerifier({
  rootKey,
  cacheSize = DEFAULT_CACHE_SIZE,
}: CertificateVerifierOptions): CertificateVerifier {
  const root = readThresholdPublicKey(rootKey);
  const remembered = new Map<string, Remembered>();
  return {
    verify(bytes, { canisterId, freshness } = {}) {
      const key = hash("sha256", bytes, "base64");
      const result = remembered.get(key) ?? verifyChain(decodeCertificate(bytes), root);
      remembered.delete(key); // moved to the end: the map is in order of use
      remembered.set(key, result);
      for (const oldest of remembered.keys()) {
        if (remembered.size <= cacheSize) break;
        remembered.delete(oldest);
      }
      if (canisterId) checkRanges(result, canisterId);
      if (freshness) checkTime(result, freshness);
      return { tree: result.tree, time: result.time, subnetId: result.subnetId };
    },
  };
}

function verifyChain(certificate: Certificate, root: ThresholdPublicKey): Remembered {
  const { delegation, tree } = certificate;
  if (!delegation) {
    verifySignature(certificate, root);
    return { tree, time: certifiedTime(tree), subnetId: undefined, ranges: undefined };
  }
  const { subnetId } = delegation;
  const granted = decodeCertificate(delegation.certificate);
  if (granted.delegation) throw badDelegation("it rests on another delegation");
  verifySignature(granted, root);
  const key = lookup(["subnet", subnetId.toUint8Array(), "public_key"], granted.tree);
  if (key.kind !== "found") throw badDelegation(`the root subnet does not show a key of subnet ${subnetId.toText()}`);
  verifySignature(certificate, readThresholdPublicKey(key.value));
  return { tree, time: certifiedTime(tree), subnetId, ranges: rangesOfSubnet(granted.tree, subnetId) };
}

function verifySignature({ tree, signature }: Certificate, key: ThresholdPublicKey): void {
  if (key.verify(stateRootMessage(tree.digest), signature)) return;
  throw new IcosError(
    "certificate-signature",
    "The signature of a certificate does not verify with the expected key.",
    {
      next: "Check that both sides belong to the same network: the root key here may be of another one.",
    },
  );
}

function certifiedTime(tree: HashTree): bigint {
  const time = lookup(["time"], tree);
  if (time.kind === "found") return decodeUnsignedLeb128(time.value);
  throw new IcosError("certificate-malformed", "A certificate does not show the time it was made.");
}

function checkRanges({ ranges, subnetId }: Remembered, canisterId: Principal): void {
  if (ranges === undefined || rangesContain(ranges, canisterId)) return;
  throw new IcosError(
    "certificate-canister",
    `Subnet ${subnetId?.toText() ?? "?"} may not certify for canister ${canisterId.toText()}.`,
  );
}

function checkTime({ time }: Remembered, { now, maxAge, maxFuture }: NonNullable<VerifyOptions["freshness"]>): void {
  const age = now - Number(time / 1_000_000n);
  if (age > maxAge) throw outOfTime(`${Math.round(age / 1000)} s old, the limit is ${Math.round(maxAge / 1000)} s`);
  if (-age > maxFuture) throw outOfTime(`from ${Math.round(-age / 1000)} s in the future`);
}

function outOfTime(how: string): IcosError {
  return new IcosError("certificate-time", `A certificate is ${how}.`, {
    next: "Check the clocks of this machine and of the node that answered.",
  });
}

function badDelegation(why: string): IcosError {
  return new IcosError("certificate-delegation", `The delegation of a certificate is not valid: ${why}.`);
}
