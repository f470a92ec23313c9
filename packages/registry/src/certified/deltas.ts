import { create, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { encodeUnsignedLeb128, fork, type HashTree, labeled, leaf, pruned } from "@icos/certification";
import { MixedHashTreeSchema } from "../generated/messaging/xnet/v1/mixed_hash_tree_pb.ts";
import { RegistryGetChangesSinceRequestSchema } from "../generated/registry/transport/v1/transport_pb.ts";
import type { RegistryHistory } from "../state/history.ts";
import type { RegistryVersion } from "../state/mutation.ts";
import { type ChunkKeys, splitValue } from "./chunks.ts";
import { chunkKeysIn, encodedVersion } from "./encode-version.ts";
import { fittingVersions, MAX_VERSIONS_PER_REPLY } from "./fitting-versions.ts";
import { hashTreeToProtobuf } from "./mixed-hash-tree.ts";
import { VersionTree } from "./version-tree.ts";

/** How many different answers are kept until the next version: pollers are at few different versions. */
const KEPT_ANSWERS = 64;

/**
 * What the registry certifies: `current_version` (LEB128) and `delta/<version>` (the encoded version). Each answer is
 * built once for a version of the registry and only joined with the certificate per request.
 */
export class CertifiedDeltas {
  readonly #history: RegistryHistory;
  readonly #maxVersions: number;
  readonly #tree = new VersionTree();
  readonly #answers = new Map<number, Uint8Array>();
  /** Versions with large values: key to the hashes of the chunks. */
  readonly #chunked = new Map<number, ReadonlyMap<string, ChunkKeys>>();
  /** Parts of large values, by SHA-256 in hex. */
  readonly #chunks = new Map<string, Uint8Array>();

  /** Covers what `history` has; {@link append} whatever it gets later. */
  constructor(history: RegistryHistory, maxVersions = MAX_VERSIONS_PER_REPLY) {
    this.#history = history;
    this.#maxVersions = maxVersions;
    for (const version of history.since(0)) this.append(version);
  }

  append(version: RegistryVersion): void {
    this.#tree.append(encodedVersion(version));
    this.#answers.clear();
    const chunked = chunkKeysIn(version);
    if (chunked.size === 0) return;
    this.#chunked.set(version.version, chunked);
    for (const { key, value } of version.changes) {
      const parts = value ? splitValue(value) : [];
      for (const [index, sha256] of (chunked.get(key) ?? []).entries()) {
        const part = parts[index];
        if (part) this.#chunks.set(Buffer.from(sha256).toString("hex"), part);
      }
    }
  }

  /** The hashes of the chunks that stand for the value that `version` gave the key; undefined when it is whole. */
  chunkKeys(version: number, key: string): ChunkKeys | undefined {
    return this.#chunked.get(version)?.get(key);
  }

  /** A part of a large value. */
  chunk(contentSha256: Uint8Array): Uint8Array | undefined {
    return this.#chunks.get(Buffer.from(contentSha256).toString("hex"));
  }

  /** The root hash, 32 bytes: the certified data of the registry canister. */
  get certifiedData(): Uint8Array {
    return this.#latest().digest;
  }

  /** The protobuf `CertifiedResponse` with the versions after `since`, as many as one reply may have. */
  changesSince(since: number, certificate: Uint8Array): Uint8Array {
    const shown = Math.min(since, this.#tree.size);
    let answer = this.#answers.get(shown);
    if (!answer) {
      answer = encodeTree(shown === this.#tree.size ? this.#latest() : this.#after(shown));
      if (this.#answers.size < KEPT_ANSWERS) this.#answers.set(shown, answer);
    }
    return certifiedResponse(answer, certificate);
  }

  /** The protobuf `CertifiedResponse` with the current version only. */
  latestVersion(certificate: Uint8Array): Uint8Array {
    return this.changesSince(this.#tree.size, certificate);
  }

  #latest(): HashTree {
    return fork(this.#currentVersion(), pruned(labeled("delta", pruned(this.#tree.digest)).digest));
  }

  #after(since: number): HashTree {
    const fitting = fittingVersions(this.#history, since, this.#maxVersions);
    const contents = new Map(fitting.map(({ version, encoded }) => [version.version, encoded]));
    const delta = this.#tree.range(
      since + 1,
      since + contents.size,
      (version) => contents.get(version) ?? new Uint8Array(),
    );
    return fork(this.#currentVersion(), labeled("delta", delta));
  }

  #currentVersion(): HashTree {
    return labeled("current_version", leaf(encodeUnsignedLeb128(BigInt(this.#tree.size))));
  }
}

/** The argument of `get_certified_changes_since` and `get_changes_since`. */
export function encodeChangesSinceRequest(since: number): Uint8Array {
  const schema = RegistryGetChangesSinceRequestSchema;
  return toBinary(schema, create(schema, { version: BigInt(since) }));
}

function encodeTree(tree: HashTree): Uint8Array {
  return toBinary(MixedHashTreeSchema, hashTreeToProtobuf(tree));
}

/** CertifiedResponse { hash_tree = 1, certificate = 2 } around a tree that is encoded already. */
function certifiedResponse(tree: Uint8Array, certificate: Uint8Array): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).bytes(tree);
  writer.tag(2, WireType.LengthDelimited).bytes(certificate);
  return writer.finish();
}
