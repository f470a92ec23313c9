import type { Socket } from "node:net";

/** A connection as the server gets it. */
export interface Connection {
  /** Each side may close its half. */
  readonly socket: Socket;
  /** Whose it is, as the kernel says; `undefined` when it does not. */
  readonly peerCid: number | undefined;
}

export interface Listener {
  /** Resolves when connections cannot be taken any more, with the reason. */
  readonly failed: Promise<Error>;
  /** Takes no more connections; those that were taken stay. */
  close(): void;
}

/** The host's side of the channel. */
export interface HostTransport {
  /** Rejects with `vsock-unavailable` when this machine cannot have the channel. */
  listen(accepted: (connection: Connection) => void): Promise<Listener>;
}

/** The guest's side of the channel. */
export interface GuestTransport {
  /** This guest's own context id. Rejects with `no-host` when there is no host to talk to. */
  localCid(): Promise<number>;
  /** A connection to the host. Rejects with `no-host` when nobody listens there. */
  connect(signal: AbortSignal): Promise<Socket>;
}
