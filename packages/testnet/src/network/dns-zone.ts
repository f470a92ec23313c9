/** What a name means in a testnet. `known: false` is a name that does not exist. */
export type DnsLookup = { readonly known: true; readonly ipv6: string } | { readonly known: false };

export interface DnsZone {
  /** The zone's own name, `<testnet>.testnet`. */
  readonly origin: string;
  /** Names are compared without regard to case or a final dot. */
  lookup(name: string): DnsLookup;
}

export interface DnsZoneOptions {
  readonly testnet: string;
  /** Names within the zone: nodes and services. */
  readonly hosts: Readonly<Record<string, string>>;
  /** The time server, which public time server names lead to. */
  readonly ntp: string;
}

/** Any name by which an unmodified system may look for a time server. */
const TIME_SERVER = /^(?:(?:.+\.)?pool\.ntp\.org|time\d*\..+)$/;

/** The hosts of the testnet and time servers; nothing else exists, since nothing leaves the machine. */
export function createDnsZone({ testnet, hosts, ntp }: DnsZoneOptions): DnsZone {
  const origin = `${testnet}.testnet`;
  const names = new Map(Object.entries(hosts).map(([host, ipv6]) => [`${host.toLowerCase()}.${origin}`, ipv6]));
  return {
    origin,
    lookup(name) {
      const wanted = name.toLowerCase().replace(/\.$/, "");
      const ipv6 = names.get(wanted) ?? (TIME_SERVER.test(wanted) ? ntp : undefined);
      return ipv6 === undefined ? { known: false } : { known: true, ipv6 };
    },
  };
}
