import { hostAddress } from "./ipv6-address.ts";

/** Where the services of a testnet answer, as canonical IPv6 text. All but `router` of further prefixes are in the first. */
export interface ServiceAddresses {
  readonly router: string;
  readonly nns: string;
  readonly dns: string;
  readonly ntp: string;
  readonly files: string;
}

/** Interface identifiers; node addresses are derived from a MAC and never this small. */
const HOST = { router: 0x1, nns: 0x10, dns: 0x53, ntp: 0x123, files: 0x80 } as const;

export function serviceAddresses(prefix: string): ServiceAddresses {
  return {
    router: hostAddress(prefix, HOST.router),
    nns: hostAddress(prefix, HOST.nns),
    dns: hostAddress(prefix, HOST.dns),
    ntp: hostAddress(prefix, HOST.ntp),
    files: hostAddress(prefix, HOST.files),
  };
}

/** The router's address in any prefix of the testnet. */
export function routerAddress(prefix: string): string {
  return hostAddress(prefix, HOST.router);
}
