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
import type { ChunkKeys } from "./chunks.ts";
import type { KeyChange, RegistryVersion } from "../state/mutation.ts";
import { hashTreeFromProtobuf } from "./mixed-hash-tree.ts";

export const REGISTRY_CANISTER_ID = Principal.fromText("rwlgt-iiaaa-aaaaa-aaaaa-cai");

/** A value that did not fit: it is certified by the hashes of its chunks, which come separately. */
export class LargeValue {
  readonly chunks: ChunkKeys;

  constructor(chunks: ChunkKeys) {
    this.chunks = chunks;
  }
}

/** A version as it is certified, where large values may still be missing. */
export interface CertifiedVersion extends Omit<RegistryVersion, "changes"> {
  readonly changes: readonly { readonly key: string; readonly value: Uint8Array | LargeValue | undefined }[];
}

export interface VerifiedDelta {
  /** Contiguous, the first one after the version that was asked from. May end before the current version. */
  readonly versions: readonly CertifiedVersion[];
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

function readVersions(tree: HashTree, since: number): CertifiedVersion[] {
  return listLabels(["delta"], tree).map(({ label, tree: content }, index) => {
    const version = since + 1 + index;
    const shown = label.length === 8 ? Buffer.from(label).readBigUInt64BE() : undefined;
    if (shown !== BigInt(version))
      throw incomplete(`where version ${version} should be it has ${shown ?? "no number"}`);
    if (content.kind !== "leaf") throw malformed(`version ${version} is not a value`);
    return decodeCertifiedVersion(version, content.value);
  });
}

/** A version from its complete form. @throws IcosError `registry-answer-malformed` when it lacks a large value */
export function decodeVersion(version: number, content: Uint8Array): RegistryVersion {
  const { changes, ...rest } = decodeCertifiedVersion(version, content);
  return {
    ...rest,
    changes: changes.map(({ key, value }): KeyChange => {
      if (value instanceof LargeValue) throw malformed(`version ${version} has only the hashes of the value of ${key}`);
      return { key, value };
    }),
  };
}

function decodeCertifiedVersion(version: number, content: Uint8Array): CertifiedVersion {
  const schema = HighCapacityRegistryAtomicMutateRequestSchema;
  const { mutations, timestampNanoseconds } = decodeRecord(schema, content, `Registry version ${version}`);
  if (mutations.length === 0) throw malformed(`version ${version} changes nothing`);
  return { version, time: timestampNanoseconds, changes: mutations.map(toChange) };
}

function toChange({
  mutationType,
  key: bytes,
  content,
}: HighCapacityRegistryMutation): CertifiedVersion["changes"][number] {
  const key = Buffer.from(bytes).toString("utf8");
  switch (mutationType) {
    case RegistryMutation_Type.INSERT:
    case RegistryMutation_Type.UPDATE:
    case RegistryMutation_Type.UPSERT:
      if (content.case === "largeValueChunkKeys") {
        return { key, value: new LargeValue(content.value.chunkContentSha256s) };
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
