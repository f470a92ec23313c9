/** What sysfs says about an interface, before its link is up. */
export interface InterfaceFacts {
  readonly name: string;
  /** `ARPHRD_…` of `<linux/if_arp.h>`: 1 is Ethernet, 32 InfiniBand. */
  readonly type: string | undefined;
  /** Bridges, VLANs and taps have no device. */
  readonly hasDevice: boolean;
  readonly wireless: boolean;
  /** Kernel subsystem of the device: `pci`, `virtio`, `usb`. */
  readonly bus: string | undefined;
}

export interface Candidates {
  /** By name. */
  readonly cards: readonly string[];
  /** No card has a predictable name, so any Ethernet device counts. */
  readonly unusualNames: boolean;
}

/** udev's names for cards on the board, by slot and by place (upstream's rule), on further PCI domains, too. */
const PREDICTABLE = /^en(P\d+)?[ops]/;

/** What can stand in a file for networkd and in a command: `IFNAMSIZ`, and no leading hyphen. */
const USABLE = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,14}$/;

const ETHERNET = "1";

/**
 * The cards that may connect the host. Wireless and InfiniBand are none, nor is what hangs on USB: the network of a
 * management controller does, under a name such as `enx…` or, with a MAC of its own making, `enp0s20f0u8`.
 */
export function candidateCards(interfaces: readonly InterfaceFacts[]): Candidates {
  const cards = interfaces.filter(isWiredCard).map(({ name }) => name);
  const predictable = cards.filter((name) => PREDICTABLE.test(name));
  const unusualNames = predictable.length === 0 && cards.length > 0;
  return { cards: (unusualNames ? cards : predictable).toSorted(byName), unusualNames };
}

function isWiredCard({ name, type, hasDevice, wireless, bus }: InterfaceFacts): boolean {
  return USABLE.test(name) && !name.startsWith("enx") && type === ETHERNET && hasDevice && !wireless && bus !== "usb";
}

/** `eno2` before `eno10`; the same on every machine, whatever its language. */
export function byName(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true }) || (a < b ? -1 : Number(a > b));
}
