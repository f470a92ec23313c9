import { packetOf } from "@icos/vm";

export const LEFT = "020000000001";
export const RIGHT = "020000000002";

/** A frame of so many bytes from one machine to the other, of the EtherType that is free for experiments. */
export function frameBetween(bytes: number, from = LEFT, to = RIGHT): Buffer {
  const frame = Buffer.alloc(bytes, 0x5a);
  Buffer.from(`${to}${from}88b5`, "hex").copy(frame);
  return frame;
}

export function packetBetween(bytes: number, from?: string, to?: string): Buffer {
  return packetOf(frameBetween(bytes, from, to));
}
