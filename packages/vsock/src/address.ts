/** Address of a socket of family `AF_VSOCK` (vsock(7)). */
export interface VsockAddress {
  /** Context id: 2 is the host, 3 the first guest. */
  readonly cid: number;
  readonly port: number;
}

/** Port on which HostOS listens for its guest. */
export const HOSTOS_PORT = 19090;

/** The host, seen from a guest. */
export const HOST_CID = 2;

/** The first guest of a host. Only this one has commands; an upgrade VM gets another. */
export const FIRST_GUEST_CID = 3;

/** `VMADDR_CID_ANY`: every address of this machine; of a guest's own id, that it has none. */
export const ANY_CID = 0xffff_ffff;
