import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { describeError, IcosError } from "@icos/system";
import { decodeChangelogEntry, encodeChangelogEntry } from "./changelog-entry.ts";
import type { StoredVersion } from "./local-store.ts";
import { PieceReader } from "./piece-reader.ts";

type Pieces<Item> = Iterable<Item> | AsyncIterable<Item>;

/** Fields of `Delta`. */
const REGISTRY_VERSION = 1;
const CHANGELOG = 2;
/** Of one field: a version has 1.33 MiB at most, with large values some more. */
const MAX_FIELD_BYTES = 64 * 1024 * 1024;
/** A tag and a value or length, each a varint. */
const MAX_HEAD_BYTES = 20;

/**
 * The compact form of a changelog, upstream's `Delta`: the version that it applies to (`since`) and what each following
 * one changes. In pieces, one for each version, so that a store of any size is written with the memory of one version.
 * @throws IcosError `local-store-gap`, `local-store-entry`
 */
export async function* encodeDelta(since: number, versions: Pieces<StoredVersion>): AsyncGenerator<Uint8Array> {
  if (since > 0) yield new BinaryWriter().tag(REGISTRY_VERSION, WireType.Varint).uint64(since).finish();
  let next = since + 1;
  for await (const { version, changes } of versions) {
    if (version !== next++) throw new IcosError("local-store-gap", `Version ${version} is not the one after the last.`);
    yield new BinaryWriter().tag(CHANGELOG, WireType.LengthDelimited).bytes(encodeChangelogEntry(changes)).finish();
  }
}

/**
 * The versions of a compact form, one after the other as its bytes come. The version that it applies to has to come
 * first, as every encoder has it; fields that are not known are skipped.
 * @throws IcosError `local-store-delta`, `local-store-entry`
 */
export async function* decodeDelta(pieces: Pieces<Uint8Array>): AsyncGenerator<StoredVersion> {
  const input = new PieceReader(pieces);
  let version = 0;
  let first = true;
  for (;;) {
    const head = await input.peek(MAX_HEAD_BYTES);
    if (head.length === 0) return;
    const field = readHead(head, input.offset);
    input.skip(field.headBytes);
    const content = await input.take(field.contentBytes);
    if (content.length < field.contentBytes) throw malformed(input.offset, `${field.contentBytes} bytes are announced`);
    if (field.number === REGISTRY_VERSION) {
      if (!first) throw malformed(input.offset, "the version that it applies to does not come first");
      if (field.value === undefined) throw malformed(input.offset, "the version that it applies to is not a number");
      version = field.value;
    } else if (field.number === CHANGELOG) {
      if (field.value !== undefined) throw malformed(input.offset, "a changelog entry is a number");
      version += 1;
      yield { version, changes: decodeChangelogEntry(content, `The delta's version ${version}`) };
    }
    first &&= field.number !== REGISTRY_VERSION && field.number !== CHANGELOG;
  }
}

interface FieldHead {
  readonly number: number;
  readonly headBytes: number;
  /** Of a number; others have content. */
  readonly value: number | undefined;
  readonly contentBytes: number;
}

function readHead(bytes: Uint8Array, offset: number): FieldHead {
  const reader = new BinaryReader(bytes);
  try {
    const [number, wireType] = reader.tag();
    if (wireType === WireType.Varint) {
      const value = Number(reader.uint64());
      if (!Number.isSafeInteger(value)) throw new Error("a number is too large");
      return { number, headBytes: reader.pos, value, contentBytes: 0 };
    }
    const contentBytes = contentLength(reader, wireType);
    if (contentBytes > MAX_FIELD_BYTES) throw new Error(`a field has ${contentBytes} bytes`);
    return { number, headBytes: reader.pos, value: undefined, contentBytes };
  } catch (cause) {
    throw malformed(offset, describeError(cause));
  }
}

function contentLength(reader: BinaryReader, wireType: WireType): number {
  if (wireType === WireType.LengthDelimited) return reader.uint32();
  if (wireType === WireType.Bit32) return 4;
  if (wireType === WireType.Bit64) return 8;
  throw new Error("a field is of a kind that the format does not have");
}

function malformed(offset: number, why: string): IcosError {
  return new IcosError("local-store-delta", `This is not a registry delta: at byte ${offset}, ${why}.`, {
    details: { offset },
  });
}
