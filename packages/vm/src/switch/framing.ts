import { IcosError } from "@icos/system";

/** QEMU's stream framing (`net/stream.c`): a 4-byte big-endian length, then the frame. */
export const LENGTH_BYTES = 4;

/** QEMU's `NET_BUFSIZE`: 64 KiB of packet and 4 KiB for headers. */
export const MAXIMUM_FRAME_BYTES = 4_096 + 65_536;

/** Destination, source, type. */
export const ETHERNET_HEADER_BYTES = 14;

/**
 * A frame with the 4-byte length in front, as it travels on a stream. The switch keeps frames in this form so that
 * passing one from socket to socket copies nothing.
 */
export type Packet = Buffer;

export function packetOf(frame: Uint8Array): Packet {
  const packet = Buffer.allocUnsafe(LENGTH_BYTES + frame.length);
  packet.writeUInt32BE(frame.length, 0);
  packet.set(frame, LENGTH_BYTES);
  return packet;
}

export function frameOf(packet: Packet): Buffer {
  return packet.subarray(LENGTH_BYTES);
}

export interface PacketDecoder {
  /**
   * Takes the next bytes of the stream, cut anywhere, and calls back for each whole packet. Packets that lie whole in
   * `chunk` are views of it. Throws `frame-too-long` when the stream cannot be framing any more; then it is over.
   */
  push(chunk: Buffer): void;
}

export function createPacketDecoder(onPacket: (packet: Packet) => void): PacketDecoder {
  /** The packet that the last chunk left unfinished: first its length bytes, then, once they are known, all of it. */
  let partial: Buffer | undefined;
  let filled = 0;
  const header = Buffer.alloc(LENGTH_BYTES);

  /** Continues the unfinished packet; returns how many bytes of `chunk` it took. */
  function fill(chunk: Buffer): number {
    let taken = 0;
    if (partial === undefined) {
      taken = chunk.copy(header, filled, 0, LENGTH_BYTES - filled);
      filled += taken;
      if (filled < LENGTH_BYTES) return taken;
      partial = Buffer.allocUnsafe(LENGTH_BYTES + checkedLength(header.readUInt32BE(0)));
      header.copy(partial);
    }
    const copied = chunk.copy(partial, filled, taken);
    filled += copied;
    if (filled === partial.length) {
      const packet = partial;
      partial = undefined;
      filled = 0;
      onPacket(packet);
    }
    return taken + copied;
  }

  return {
    push(chunk) {
      let offset = 0;
      while (offset < chunk.length) {
        if (filled > 0) {
          offset += fill(chunk.subarray(offset));
          continue;
        }
        const left = chunk.length - offset;
        const end = left < LENGTH_BYTES ? Infinity : offset + LENGTH_BYTES + checkedLength(chunk.readUInt32BE(offset));
        if (end > chunk.length) {
          offset += fill(chunk.subarray(offset));
        } else {
          onPacket(chunk.subarray(offset, end));
          offset = end;
        }
      }
    },
  };
}

function checkedLength(length: number): number {
  if (length <= MAXIMUM_FRAME_BYTES) return length;
  throw new IcosError(
    "frame-too-long",
    `The stream announces a frame of ${length} bytes; at most ${MAXIMUM_FRAME_BYTES} are possible.`,
    { next: "See that only QEMU or a port of this switch connects to the socket.", details: { length } },
  );
}
