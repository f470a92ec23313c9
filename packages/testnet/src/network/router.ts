import { decodeIcmpv6Frame, encodeIcmpv6Frame } from "./ethernet.ts";
import { ipv6Bytes } from "./ipv6-address.ts";
import { encodeRouterAdvertisement, isRouterSolicitation, type RouterAdvertisement } from "./router-advertisement.ts";

export interface RouterOptions {
  /** Puts a frame on the wire. */
  readonly send: (frame: Buffer) => void;
  /** The router's link-local address: 16 bytes. */
  readonly address: Uint8Array;
  readonly advertisement: RouterAdvertisement;
  readonly intervalMs: number;
}

export interface Router {
  /** To be given every frame from the wire; answers router solicitations. */
  frame(frame: Uint8Array): void;
  stop(): void;
}

const ALL_NODES = ipv6Bytes("ff02::1");
const ALL_NODES_MAC = Buffer.from("333300000001", "hex");
/** Neighbour discovery is valid only with this hop limit: it was not forwarded. */
const HOP_LIMIT = 255;
const MAX_SOLICITATION = 1_500;

/** Advertises the router to all nodes now and at each interval, and at once to a node that asks. */
export function startRouter({ send, address, advertisement, intervalMs }: RouterOptions): Router {
  const message = encodeRouterAdvertisement(advertisement);
  const advertise = (destinationMac: Uint8Array, destination: Uint8Array): void =>
    send(
      encodeIcmpv6Frame({
        sourceMac: advertisement.sourceMac,
        destinationMac,
        source: address,
        destination,
        hopLimit: HOP_LIMIT,
        message,
      }),
    );
  const toAll = (): void => advertise(ALL_NODES_MAC, ALL_NODES);
  const timer = setInterval(toAll, intervalMs);
  toAll();
  return {
    frame(frame) {
      if (frame.length > MAX_SOLICITATION) return;
      const received = decodeIcmpv6Frame(frame);
      if (!received || received.hopLimit !== HOP_LIMIT || !isRouterSolicitation(received.message)) return;
      if (isLinkLocal(received.source)) advertise(received.sourceMac, received.source);
      else toAll();
    },
    stop: () => clearInterval(timer),
  };
}

function isLinkLocal(address: Uint8Array): boolean {
  return address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80;
}
