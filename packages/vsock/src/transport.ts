import type { OnReadOpts, Socket } from "node:net";

/** A connection that the server gets, before anything of it was read. */
export interface IncomingConnection {
  /** Whose it is, as the kernel says; `undefined` when it does not. */
  readonly peerCid: number | undefined;
  /**
   * Makes the stream, of which each side may close its half. What arrives goes to `reading`, piece by piece, and its end
   * to the stream. To be called once, and at once.
   */
  readonly open: (reading: OnReadOpts) => Socket;
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
  listen(accepted: (connection: IncomingConnection) => void): Promise<Listener>;
}

/** The guest's side of the channel. */
export interface GuestTransport {
  /** This guest's own context id. Rejects with `no-host` when there is no host to talk to. */
  localCid(): Promise<number>;
  /** A connection to the host. Rejects with `no-host` when nobody listens there. */
  connect(signal: AbortSignal): Promise<Socket>;
}
