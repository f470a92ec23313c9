import type { Clock } from "@icos/system";

/** Address of a socket of family `AF_VSOCK` (vsock(7)). */
export interface VsockAddress {
  /** Context id: 2 is the host, 3 the first guest. */
  readonly cid: number;
  readonly port: number;
}

/** Port on which HostOS listens for its guest. */
export const HOSTOS_PORT = 19090;

export type VsockClock = Clock;
