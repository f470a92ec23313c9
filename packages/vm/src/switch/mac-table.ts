/** A MAC address as a 48-bit number. */
export type MacNumber = number;

export function readMac(buffer: Buffer, offset: number): MacNumber {
  return buffer.readUIntBE(offset, 6);
}

/** Broadcast is a multicast address too: the lowest bit of the first byte. */
export function isMulticast(mac: MacNumber): boolean {
  return (Math.floor(mac / 2 ** 40) & 1) === 1;
}

export function formatMac(mac: MacNumber): string {
  return mac.toString(16).padStart(12, "0").match(/../g)?.join(":") ?? "";
}

export interface MacTableOptions {
  /** An address not heard of for so long is forgotten. */
  readonly ageMs: number;
  /** When the table is full, new addresses are not learned: frames to them are flooded, which always arrives. */
  readonly limit: number;
}

/** Behind which port an address was last heard. */
export interface MacTable<Port> {
  learn(mac: MacNumber, port: Port, now: number): void;
  find(mac: MacNumber, now: number): Port | undefined;
  forgetPort(port: Port): void;
  entries(): Iterable<readonly [MacNumber, Port]>;
}

/** A full table is searched for aged entries at most this often, so that a flood of addresses costs nothing much. */
const SWEEP_EVERY_MS = 1_000;

export function createMacTable<Port>({ ageMs, limit }: MacTableOptions): MacTable<Port> {
  const table = new Map<MacNumber, { port: Port; heard: number }>();
  let swept = -Infinity;

  function sweep(now: number): void {
    if (now - swept < SWEEP_EVERY_MS) return;
    swept = now;
    for (const [mac, { heard }] of table) if (now - heard > ageMs) table.delete(mac);
  }

  return {
    learn(mac, port, now) {
      const entry = table.get(mac);
      if (entry !== undefined) {
        entry.port = port;
        entry.heard = now;
        return;
      }
      if (table.size >= limit) sweep(now);
      if (table.size < limit) table.set(mac, { port, heard: now });
    },
    find(mac, now) {
      const entry = table.get(mac);
      if (entry === undefined) return undefined;
      if (now - entry.heard <= ageMs) return entry.port;
      table.delete(mac);
      return undefined;
    },
    forgetPort(port) {
      for (const [mac, entry] of table) if (entry.port === port) table.delete(mac);
    },
    *entries() {
      for (const [mac, { port }] of table) yield [mac, port] as const;
    },
  };
}
