import { ByteReader } from "./byte-reader.ts";
import { isZero, type Extent } from "./extents.ts";
import {
  decodeRangeBlock,
  decodeTarHeader,
  TAR_BLOCK,
  TAR_DIRECTORY,
  TAR_FILE,
  TAR_SPARSE,
  tarInvalid,
  type TarHeader,
} from "./tar-header.ts";

/** Bytes of a file at an offset. Whatever no chunk covers is a hole, that is zero. */
export interface FileChunk {
  readonly offset: number;
  readonly bytes: Buffer;
}

export interface TarMember {
  readonly name: string;
  readonly kind: "file" | "directory";
  /** Bytes, holes included. */
  readonly size: number;
  /** Ascending ranges outside of which the file is zero. */
  readonly extents: readonly Extent[];
  /** The data, in order; a chunk is valid until the next one is asked for. To be read before the next member is. */
  readonly content: () => AsyncGenerator<FileChunk>;
}

const CHUNK = 1024 * 1024;
const MAX_RANGES = 1024 * 1024;
const MAX_TRAILER = 1024 * 1024;

/**
 * Reads a tar archive in GNU or ustar form with files, directories and GNU sparse files (old format), one member
 * after the other. Throws `update-image-invalid` with the offset for everything else, and for an archive that ends
 * without its end mark.
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarMember> {
  const reader = new ByteReader(source);
  try {
    for (;;) {
      const offset = reader.offset;
      const block = await reader.read(TAR_BLOCK, "a tar header");
      if (isZero(block)) break;
      const header = decodeTarHeader(block, offset);
      const extents = await readExtents(reader, header, offset);
      const content = memberContent(reader, header, extents);
      yield {
        name: header.name,
        kind: header.type === TAR_DIRECTORY ? "directory" : "file",
        size: header.size,
        extents,
        content: content.read,
      };
      await content.skipRest();
    }
    await readTrailer(reader);
  } finally {
    await reader.close();
  }
}

async function readExtents(reader: ByteReader, header: TarHeader, offset: number): Promise<Extent[]> {
  switch (header.type) {
    case TAR_DIRECTORY:
      if (header.storedSize !== 0) throw tarInvalid(offset + 124, `the directory ${header.name} has content`);
      return [];
    case TAR_FILE:
      return header.size === 0 ? [] : [{ offset: 0, length: header.size }];
    case TAR_SPARSE:
      return checkExtents(await readRanges(reader, header), header, offset);
    default:
      throw tarInvalid(offset + 156, `${header.name} is a member of type ${JSON.stringify(header.type)}`);
  }
}

async function readRanges(reader: ByteReader, header: TarHeader): Promise<Extent[]> {
  const ranges = [...header.ranges];
  for (let { continued } = header; continued;) {
    const offset = reader.offset;
    const block = decodeRangeBlock(await reader.read(TAR_BLOCK, "a list of data ranges"), offset);
    ranges.push(...block.ranges);
    if (ranges.length > MAX_RANGES) throw tarInvalid(offset, `${header.name} has more than ${MAX_RANGES} data ranges`);
    ({ continued } = block);
  }
  return ranges;
}

/** The ranges that hold data (GNU tar ends the list with an empty one), checked. */
function checkExtents(ranges: readonly Extent[], header: TarHeader, offset: number): Extent[] {
  const extents = ranges.filter(({ length }) => length > 0);
  let end = 0;
  let stored = 0;
  for (const [index, extent] of extents.entries()) {
    if (extent.offset < end) throw tarInvalid(offset, `data ranges of ${header.name} overlap or are not in order`);
    if (extent.length % TAR_BLOCK !== 0 && index < extents.length - 1)
      throw tarInvalid(offset, `a data range of ${header.name} is not made of whole blocks`);
    end = extent.offset + extent.length;
    stored += extent.length;
  }
  if (end > header.size) throw tarInvalid(offset, `a data range of ${header.name} ends after the file`);
  if (stored !== header.storedSize)
    throw tarInvalid(offset + 124, `the data ranges of ${header.name} do not add up to what is stored`);
  return extents;
}

function memberContent(
  reader: ByteReader,
  header: TarHeader,
  extents: readonly Extent[],
): { readonly read: () => AsyncGenerator<FileChunk>; readonly skipRest: () => Promise<void> } {
  let left = header.storedSize;
  let started = false;
  async function* read(): AsyncGenerator<FileChunk> {
    if (started) throw new Error(`${header.name} can be read only once.`);
    started = true;
    for (const extent of extents) {
      for (let done = 0; done < extent.length;) {
        const bytes = await reader.take(Math.min(CHUNK, extent.length - done));
        if (bytes === undefined) throw tarInvalid(reader.offset, `the archive ends in the middle of ${header.name}`);
        left -= bytes.length;
        yield { offset: extent.offset + done, bytes };
        done += bytes.length;
      }
    }
  }
  const padding = (TAR_BLOCK - (header.storedSize % TAR_BLOCK)) % TAR_BLOCK;
  return { read, skipRest: () => reader.skip(left + padding, header.name) };
}

/** The end mark is two zero blocks, and archives are filled up with more of them. */
async function readTrailer(reader: ByteReader): Promise<void> {
  const offset = reader.offset;
  for await (const part of reader.rest()) {
    if (!isZero(part)) throw tarInvalid(offset, "something follows the end of the archive");
    if (reader.offset - offset > MAX_TRAILER) throw tarInvalid(offset, "the archive goes on after its end");
  }
}
