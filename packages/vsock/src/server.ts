import { describeError, IcosError, limitedLogger, type Clock, type Logger } from "@icos/system";
import { FIRST_GUEST_CID } from "./address.ts";
import { Connection, PIECE_BYTES } from "./connection.ts";
import type { CommandHandlers } from "./handlers.ts";
import { SERVER_LIMITS, type ServerLimits } from "./limits.ts";
import { LongJobs } from "./long-jobs.ts";
import { OpenConnections } from "./open-connections.ts";
import { ReadTurns } from "./read-turns.ts";
import { RefusedConnections } from "./refused-connections.ts";
import { busy, serveConnection } from "./serve-connection.ts";
import type { HostTransport, IncomingConnection, Listener } from "./transport.ts";
import { within } from "./within.ts";

export interface VsockServerModules {
  readonly transport: HostTransport;
  readonly handlers: CommandHandlers;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: ServerLimits | undefined;
}

/**
 * Serves the commands of the first guest until `signal` aborts; then takes no more connections, has long work end, and
 * resolves when those that are open are done, or cut off. Rejects when it cannot listen at the beginning, and, after the
 * same end, when it can no longer.
 */
export async function serveVsock(
  modules: VsockServerModules,
  signal: AbortSignal,
  onListening: () => void = () => undefined,
): Promise<void> {
  const { transport, clock, limits = SERVER_LIMITS } = modules;
  const logger = limitedLogger(modules.logger, { clock, signal });
  const ending = new AbortController();
  const connections = new ServedConnections({ ...modules, logger }, limits, AbortSignal.any([signal, ending.signal]));
  const listen = (): Promise<Listener> => transport.listen((connection) => connections.accept(connection));
  let listener: Listener | undefined = await listen();
  onListening();
  const stopped = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  try {
    while (listener !== undefined) {
      const failure: Error | undefined = await Promise.race([stopped, listener.failed]);
      listener.close();
      if (failure === undefined) break;
      logger.log("warning", "Connections cannot be taken.", { error: describeError(failure) });
      listener = await listenAgain(listen, limits.listenPauses, { clock, logger }, signal);
    }
  } finally {
    ending.abort(new IcosError("vsock-unavailable", "The host's server takes no more connections."));
    await connections.drain();
  }
}

/** Rejects as the last attempt does; `undefined` when the signal aborts first. */
async function listenAgain(
  listen: () => Promise<Listener>,
  [pause = 0, ...more]: readonly number[],
  modules: Pick<VsockServerModules, "clock" | "logger">,
  signal: AbortSignal,
): Promise<Listener | undefined> {
  await modules.clock.sleep(pause, signal).catch(() => undefined);
  if (signal.aborted) return undefined;
  try {
    return await listen();
  } catch (error) {
    modules.logger.log("warning", "The server cannot listen again.", { error: describeError(error) });
    if (more.length === 0) throw error;
    return listenAgain(listen, more, modules, signal);
  }
}

class ServedConnections {
  readonly #modules: VsockServerModules;
  readonly #limits: ServerLimits;
  readonly #open: OpenConnections;
  readonly #refused: RefusedConnections;
  readonly #jobs: LongJobs;
  readonly #turns = new ReadTurns();
  /** What was read last, of whichever connection. */
  readonly #piece = Buffer.alloc(PIECE_BYTES);
  readonly #served = new Set<Promise<void>>();

  constructor(modules: VsockServerModules, limits: ServerLimits, signal: AbortSignal) {
    this.#modules = modules;
    this.#limits = limits;
    this.#open = new OpenConnections(limits);
    this.#refused = new RefusedConnections(limits, modules.clock);
    this.#jobs = new LongJobs(signal, modules.clock);
  }

  accept(incoming: IncomingConnection): void {
    this.#turns.newcomer();
    const connection = new Connection(incoming, this.#piece);
    const { peerCid } = connection;
    const { handlers, clock, logger } = this.#modules;
    if (peerCid !== FIRST_GUEST_CID) {
      const message = `Only the guest ${FIRST_GUEST_CID} has commands; this is ${peerCid}.`;
      logger.log("warning", "A connection was refused.", { cid: peerCid, error: message });
      this.#refused.refuse(connection, { kind: "error", message });
      return;
    }
    const open = this.#open.admit(connection);
    if (open === undefined) {
      this.#refused.refuse(connection, { kind: "error", message: busy().message });
      return;
    }
    const served = serveConnection(open, {
      handlers,
      clock,
      logger,
      limits: this.#limits,
      jobs: this.#jobs,
      turns: this.#turns,
      onGrowth: (bytes) => this.#open.grown(open, bytes),
      onCommand: (kind) => this.#open.begun(open, kind),
      refuse: (refused, response) => this.#refused.refuse(refused, response),
    }).finally(() => {
      this.#open.remove(open);
      this.#served.delete(served);
    });
    this.#served.add(served);
  }

  /** Resolves when all that was accepted is done; cuts off what is not in time. */
  async drain(): Promise<void> {
    const done = async (): Promise<void> => {
      await Promise.all(this.#served);
      await this.#jobs.ended();
    };
    await within(this.#limits.drain, this.#modules.clock, done, () => new Error("late")).catch(() =>
      this.#open.destroyAll(),
    );
    this.#refused.destroyAll();
  }
}
