/** Little-endian pcap with microseconds: what tcpdump and Wireshark write (IETF draft-ietf-opsawg-pcap). */
const MAGIC = 0xa1b2c3d4;
const LINK_TYPE_ETHERNET = 1;
const SNAP_LENGTH = 262_144;

export function renderPcapHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(SNAP_LENGTH, 16);
  header.writeUInt32LE(LINK_TYPE_ETHERNET, 20);
  return header;
}

/** @param time Unix time in milliseconds, with fractions. */
export function renderPcapRecord(frame: Buffer, time: number): Buffer {
  const record = Buffer.allocUnsafe(16 + frame.length);
  const microseconds = Math.round(time * 1_000);
  record.writeUInt32LE(Math.floor(microseconds / 1_000_000), 0);
  record.writeUInt32LE(microseconds % 1_000_000, 4);
  record.writeUInt32LE(frame.length, 8);
  record.writeUInt32LE(frame.length, 12);
  frame.copy(record, 16);
  return record;
}
