/** Bounds of the server; times in milliseconds, upstream's where it has them. */
export interface ServerLimits {
  /** From the connection to the complete request. */
  readonly read: number;
  /** From the answer to the end of the connection. */
  readonly write: number;
  /** For the work of a command; with reading and writing, 30 s for the whole connection. */
  readonly work: number;
  /** How long a connection waits for a long command. Upstream's client waits for 300 s. */
  readonly longWork: number;
  /** From the request to stop until connections are cut off. */
  readonly drain: number;
  /** Before each attempt to take connections again after one could not be. When the last fails, the server does. */
  readonly listenPauses: readonly number[];
  /** Open connections of the first guest. */
  readonly connections: number;
  /** Of them, those that wait for a long command. */
  readonly waiting: number;
  /** Of them, those whose command waits for another program. */
  readonly slow: number;
  /** Connections that have no place among them, and that stay to read why. */
  readonly refused: number;
  /** Memory for requests that are not complete, in all. */
  readonly bufferedBytes: number;
}

export const SERVER_LIMITS: ServerLimits = {
  read: 5_000,
  write: 5_000,
  work: 20_000,
  longWork: 280_000,
  drain: 35_000,
  listenPauses: [10, 50, 250, 1_250, 5_000],
  connections: 256,
  waiting: 16,
  slow: 16,
  refused: 64,
  bufferedBytes: 4 * 1024 * 1024,
};
