/** RFC 4861 section 4.2 with the options of sections 4.6.1, 4.6.2, 4.6.4 and of RFC 8106 section 5.1. */
export interface RouterAdvertisement {
  readonly hopLimit: number;
  /** Seconds that the sender may serve as default router; at most 65535. */
  readonly routerLifetime: number;
  /** The sender's MAC address, 6 bytes. */
  readonly sourceMac: Uint8Array;
  readonly mtu: number;
  readonly prefixes: readonly AdvertisedPrefix[];
  readonly resolvers: { readonly lifetime: number; readonly addresses: readonly Uint8Array[] };
}

export interface AdvertisedPrefix {
  readonly network: Uint8Array;
  readonly length: number;
  /** Seconds. */
  readonly validLifetime: number;
  readonly preferredLifetime: number;
}

const ROUTER_ADVERTISEMENT = 134;
const ROUTER_SOLICITATION = 133;
const OPTION = { sourceMac: 1, prefix: 3, mtu: 5, resolvers: 25 } as const;
/** On-link and autonomous (addresses are made by the nodes from the prefix). */
const PREFIX_FLAGS = 0b1100_0000;
/** Fixed part: type, code, checksum, hop limit, flags, lifetime, reachable time, retransmission timer. */
const FIXED = 16;

/** The ICMPv6 message, its checksum zero. */
export function encodeRouterAdvertisement(advertisement: RouterAdvertisement): Buffer {
  const fixed = Buffer.alloc(FIXED);
  fixed.writeUInt8(ROUTER_ADVERTISEMENT, 0);
  fixed.writeUInt8(advertisement.hopLimit, 4);
  fixed.writeUInt16BE(advertisement.routerLifetime, 6);
  const { lifetime, addresses } = advertisement.resolvers;
  return Buffer.concat([
    fixed,
    option(OPTION.sourceMac, Buffer.from(advertisement.sourceMac)),
    option(OPTION.mtu, Buffer.concat([Buffer.alloc(2), uint32(advertisement.mtu)])),
    ...advertisement.prefixes.map((prefix) =>
      option(
        OPTION.prefix,
        Buffer.concat([
          Buffer.from([prefix.length, PREFIX_FLAGS]),
          uint32(prefix.validLifetime),
          uint32(prefix.preferredLifetime),
          Buffer.alloc(4),
          prefix.network,
        ]),
      ),
    ),
    ...(addresses.length === 0
      ? []
      : [option(OPTION.resolvers, Buffer.concat([Buffer.alloc(2), uint32(lifetime), ...addresses]))]),
  ]);
}

/** Reads what {@link encodeRouterAdvertisement} writes; unknown options are skipped, damage gives `undefined`. */
export function decodeRouterAdvertisement(message: Uint8Array): RouterAdvertisement | undefined {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  if (bytes.length < FIXED || bytes[0] !== ROUTER_ADVERTISEMENT || bytes[1] !== 0) return undefined;
  const options = readOptions(bytes.subarray(FIXED));
  const sourceMac = options?.find(({ type }) => type === OPTION.sourceMac)?.value.subarray(0, 6);
  if (options === undefined || sourceMac === undefined) return undefined;
  const mtu = options.find(({ type, value }) => type === OPTION.mtu && value.length === 6);
  const resolvers = options.find(({ type, value }) => type === OPTION.resolvers && value.length % 16 === 6);
  return {
    hopLimit: bytes.readUInt8(4),
    routerLifetime: bytes.readUInt16BE(6),
    sourceMac,
    mtu: mtu?.value.readUInt32BE(2) ?? 0,
    prefixes: options
      .filter(({ type, value }) => type === OPTION.prefix && value.length === 30)
      .map(({ value }) => ({
        length: value.readUInt8(0),
        validLifetime: value.readUInt32BE(2),
        preferredLifetime: value.readUInt32BE(6),
        network: value.subarray(14, 30),
      })),
    resolvers: {
      lifetime: resolvers?.value.readUInt32BE(2) ?? 0,
      addresses: resolvers ? addressesOf(resolvers.value) : [],
    },
  };
}

/** Whether the ICMPv6 message asks routers to advertise now (RFC 4861 section 6.1.1). */
export function isRouterSolicitation(message: Uint8Array): boolean {
  return message.length >= 8 && message[0] === ROUTER_SOLICITATION && message[1] === 0;
}

/** Type, length in units of 8 bytes, value; values used here fill their units. */
function option(type: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([type, (value.length + 2) / 8]), value]);
}

function readOptions(bytes: Buffer): { readonly type: number; readonly value: Buffer }[] | undefined {
  const options = [];
  for (let at = 0; at < bytes.length;) {
    const length = (bytes[at + 1] ?? 0) * 8;
    if (length === 0 || at + length > bytes.length) return undefined;
    options.push({ type: bytes.readUInt8(at), value: bytes.subarray(at + 2, at + length) });
    at += length;
  }
  return options;
}

function addressesOf(value: Buffer): Buffer[] {
  const addresses = [];
  for (let at = 6; at < value.length; at += 16) addresses.push(value.subarray(at, at + 16));
  return addresses;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
