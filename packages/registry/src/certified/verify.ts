import {
  type CertificateVerifier,
  decodeUnsignedLeb128,
  equalBytes,
  type HashTree,
  listLabels,
  lookup,
  Principal,
} from "@icos/certification";
import { IcosError } from "@icos/system";
import {
  CertifiedResponseSchema,
  HighCapacityRegistryAtomicMutateRequestSchema,
  RegistryMutation_Type,
  type HighCapacityRegistryMutation,
} from "../generated/registry/transport/v1/transport_pb.ts";
import { decodeRecord } from "../records.ts";
import type { KeyChange, RegistryVersion } from "../state/mutation.ts";
import { hashTreeFromProtobuf } from "./mixed-hash-tree.ts";

export const REGISTRY_CANISTER_ID = Principal.fromText("rwlgt-iiaaa-aaaaa-aaaaa-cai");

export interface VerifiedDelta {
  /** Contiguous, the first one after the version that was asked from. May end before the current version. */
  readonly versions: readonly RegistryVersion[];
  /** The latest version when the answer was certified. */
  readonly currentVersion: number;
  /** When it was certified, in nanoseconds since the Unix epoch. */
  readonly time: bigint;
}

/**
 * Checks an answer of `get_certified_changes_since(since)`, as upstream's nodes do, in this order: the certificate
 * under the root key, the canister, the root hash; the current version; that the versions follow on `since` without a
 * gap; that there is at least one when there is something new.
 * @throws IcosError `registry-answer-malformed`, `registry-answer-uncertified`, `registry-answer-incomplete`, or one of
 * the verifier's (`certificate-signature`, …)
 */
export function verifyCertifiedDelta(
  response: Uint8Array,
  verifier: CertificateVerifier,
  since: number,
): VerifiedDelta {
  const { hashTree, certificate } = decodeRecord(CertifiedResponseSchema, response, "The registry's answer");
  const tree = hashTreeFromProtobuf(hashTree);
  const verified = verifier.verify(certificate, { canisterId: REGISTRY_CANISTER_ID });
  const path = ["canister", REGISTRY_CANISTER_ID.toUint8Array(), "certified_data"];
  const certified = lookup(path, verified.tree);
  if (certified.kind !== "found" || !equalBytes(certified.value, tree.digest)) {
    throw new IcosError("registry-answer-uncertified", "The registry's answer is not what its certificate is for.");
  }
  const currentVersion = readCurrentVersion(tree);
  const versions = readVersions(tree, since);
  if (versions.length === 0 && currentVersion > since) {
    throw incomplete(`it has no version after ${since}, but the registry is at ${currentVersion}`);
  }
  if ((versions.at(-1)?.version ?? 0) > currentVersion) throw incomplete("it has versions after the current one");
  return { versions, currentVersion, time: verified.time };
}

function readCurrentVersion(tree: HashTree): number {
  const current = lookup(["current_version"], tree);
  if (current.kind !== "found") throw malformed("it does not show the current version");
  const version = Number(decodeUnsignedLeb128(current.value));
  if (!Number.isSafeInteger(version)) throw malformed("its current version is too large");
  return version;
}

function readVersions(tree: HashTree, since: number): RegistryVersion[] {
  return listLabels(["delta"], tree).map(({ label, tree: content }, index) => {
    const version = since + 1 + index;
    const shown = label.length === 8 ? Buffer.from(label).readBigUInt64BE() : undefined;
    if (shown !== BigInt(version))
      throw incomplete(`where version ${version} should be it has ${shown ?? "no number"}`);
    if (content.kind !== "leaf") throw malformed(`version ${version} is not a value`);
    return decodeVersion(version, content.value);
  });
}

/** A version from its certified form. */
export function decodeVersion(version: number, content: Uint8Array): RegistryVersion {
  const schema = HighCapacityRegistryAtomicMutateRequestSchema;
  const { mutations, timestampNanoseconds } = decodeRecord(schema, content, `Registry version ${version}`);
  if (mutations.length === 0) throw malformed(`version ${version} changes nothing`);
  return { version, time: timestampNanoseconds, changes: mutations.map(toChange) };
}

function toChange({ mutationType, key: bytes, content }: HighCapacityRegistryMutation): KeyChange {
  const key = Buffer.from(bytes).toString("utf8");
  switch (mutationType) {
    case RegistryMutation_Type.INSERT:
    case RegistryMutation_Type.UPDATE:
    case RegistryMutation_Type.UPSERT:
      if (content.case === "largeValueChunkKeys") {
        throw new IcosError("registry-large-value", `The value of ${key} comes in chunks, which is not supported yet.`);
      }
      return { key, value: content.value ?? new Uint8Array() };
    case RegistryMutation_Type.DELETE:
      return { key, value: undefined };
    default:
      throw malformed(`the change of ${key} is of the unknown type ${mutationType}`);
  }
}

function malformed(why: string): IcosError {
  return new IcosError("registry-answer-malformed", `The registry's answer cannot be read: ${why}.`);
}

function incomplete(why: string): IcosError {
  return new IcosError("registry-answer-incomplete", `The registry's answer does not follow on what is known: ${why}.`);
}
