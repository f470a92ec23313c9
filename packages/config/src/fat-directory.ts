/** What a directory of a FAT file system says about a file. */
export interface FatEntry {
  readonly cluster: number;
  readonly size: number;
}

const ENTRY = 32;
const DELETED = 0xe5;
const LONG_NAME = 0x0f;
/** Volume labels and directories are not files. */
const NOT_A_FILE = 0x08 | 0x10;
const CHARACTERS_AT = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

/** Finds a file by its long or short name, in any case. */
export function findFatEntry(directory: Uint8Array, name: string): FatEntry | undefined {
  const bytes = Buffer.from(directory.buffer, directory.byteOffset, directory.byteLength);
  const wanted = name.toLowerCase();
  let longName = "";
  for (let at = 0; at + ENTRY <= bytes.length; at += ENTRY) {
    const entry = bytes.subarray(at, at + ENTRY);
    const first = entry.readUInt8(0);
    if (first === 0) return undefined;
    const attributes = entry.readUInt8(11);
    if (first === DELETED) longName = "";
    else if ((attributes & 0x3f) === LONG_NAME) longName = longNamePart(entry) + longName;
    else {
      const names = [longName.toLowerCase(), shortName(entry)];
      longName = "";
      if ((attributes & NOT_A_FILE) === 0 && names.includes(wanted)) {
        return { cluster: (entry.readUInt16LE(20) << 16) | entry.readUInt16LE(26), size: entry.readUInt32LE(28) };
      }
    }
  }
  return undefined;
}

/** Parts of a long name stand in front of their file, the last part first. */
function longNamePart(entry: Buffer): string {
  const units = CHARACTERS_AT.map((at) => entry.readUInt16LE(at));
  const end = units.indexOf(0);
  return String.fromCharCode(...(end < 0 ? units : units.slice(0, end)));
}

function shortName(entry: Buffer): string {
  const base = entry.toString("latin1", 0, 8).trimEnd();
  const extension = entry.toString("latin1", 8, 11).trimEnd();
  return (extension === "" ? base : `${base}.${extension}`).toLowerCase();
}
