/** A veth pair in a network namespace: `outer` is given to {@link openPacketSocket}, `inner` gets the addresses. */
export interface VethPair {
  /** At most 15 bytes. */
  readonly inner: string;
  readonly outer: string;
  /** Of `inner`. */
  readonly mac: string;
}

/**
 * The commands that make the pair, to be run in the namespace. Offloading is switched off on the inner side: the kernel
 * would otherwise leave checksums to a card that is not there, and hand over TCP segments longer than the MTU. The
 * outer side gets no address, so that the kernel sends nothing of its own there.
 */
export function vethCommands({ inner, outer, mac }: VethPair): readonly (readonly string[])[] {
  return [
    ["ip", "link", "add", inner, "address", mac, "type", "veth", "peer", "name", outer],
    ["ethtool", "-K", inner, "tx", "off", "tso", "off", "gso", "off", "gro", "off"],
    ["ip", "link", "set", outer, "addrgenmode", "none"],
    ["ip", "link", "set", outer, "up"],
    ["ip", "link", "set", inner, "up"],
  ];
}
