import { finished } from "node:stream/promises";
import { setImmediate } from "node:timers/promises";
import { cutText, describeError, IcosError, type Clock, type Logger } from "@icos/system";
import { LONG_COMMANDS, type Command, type CommandKind } from "./command.ts";
import type { Connection } from "./connection.ts";
import { handleCommand, type CommandHandlers } from "./handlers.ts";
import type { ServerLimits } from "./limits.ts";
import type { LongJobs } from "./long-jobs.ts";
import type { OpenConnection } from "./open-connections.ts";
import { readRequest } from "./read-request.ts";
import type { ReadTurns } from "./read-turns.ts";
import { decodeRequest } from "./request.ts";
import { encodeResponse, STILL_RUNNING, type Payload, type Response } from "./response.ts";
import { within } from "./within.ts";

export interface ServeModules {
  readonly handlers: CommandHandlers;
  readonly jobs: LongJobs;
  readonly turns: ReadTurns;
  readonly limits: ServerLimits;
  readonly clock: Clock;
  /** Bounded: a guest may ask without end. */
  readonly logger: Logger;
  /** The incomplete request takes so much memory. */
  readonly onGrowth: (bytes: number) => void;
  /** The request is complete. Throws when there is no room for such work. */
  readonly onCommand: (kind: CommandKind) => void;
  /** Takes over a connection that had to give up its place. */
  readonly refuse: (connection: Connection, response: Response) => void;
}

/** Of what a failed command's error says, in the log; the guest gets it all. */
const LONGEST_LOGGED = 300;

/** One connection of the first guest from its beginning to its end: a request, its work, a response. Never rejects. */
export async function serveConnection(open: OpenConnection, modules: ServeModules): Promise<void> {
  const { socket } = open;
  const response = await responseTo(open, modules);
  if (response === undefined) socket.destroy();
  else if (open.evicted.aborted) modules.refuse(open.connection, response);
  else await respond(open, response, modules);
}

/** `undefined` when there is nobody left to answer. */
async function responseTo(open: OpenConnection, modules: ServeModules): Promise<Response | undefined> {
  const { clock, logger } = modules;
  const start = clock.now();
  let command: Command | undefined;
  try {
    command = await receive(open, modules);
    modules.onCommand(command.kind);
    const payload = await work(command, open.evicted, modules);
    logger.log("info", `The guest's command ${command.kind} was carried out.`, { ms: clock.now() - start });
    return { kind: "ok", payload };
  } catch (error) {
    const lost = error instanceof IcosError && error.code === "vsock-connection-lost";
    const what = command === undefined ? "A request of the guest" : `The guest's command ${command.kind}`;
    const fields = { error: cutText(describeError(error), LONGEST_LOGGED) };
    logger.log(lost ? "info" : "warning", `${what} was not carried out.`, fields);
    return lost ? undefined : { kind: "error", message: messageOf(error) };
  }
}

async function receive(open: OpenConnection, modules: ServeModules): Promise<Command> {
  const { clock, limits } = modules;
  const { peerCid } = open.connection;
  const bytes = await within(
    limits.read,
    { sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal).then(arrivals) },
    (late) => readRequest(open, AbortSignal.any([late, open.evicted]), modules),
    () => new IcosError("vsock-too-slow", `The request was not complete after ${limits.read / 1000} s.`),
  ).catch((error: unknown) => {
    throw open.evicted.aborted ? busy() : error;
  });
  if (open.evicted.aborted) throw busy();
  const { senderCid, command } = decodeRequest(bytes);
  if (senderCid === peerCid) return command;
  throw new IcosError("vsock-refused", `The request is from ${senderCid}, but the connection from ${peerCid}.`);
}

/** A server that is busy has not looked at what came in time: it looks once more. */
async function arrivals(): Promise<void> {
  for (const turn of [1, 2]) await setImmediate(turn);
}

function work(
  command: Command,
  evicted: AbortSignal,
  { handlers, jobs, limits, clock }: ServeModules,
): Promise<Payload> {
  const run = (signal: AbortSignal): Promise<Payload> => handleCommand(handlers, command, signal);
  if (!LONG_COMMANDS.has(command.kind)) {
    return within(
      limits.work,
      clock,
      run,
      () => new IcosError("vsock-too-slow", `The command was not done after ${limits.work / 1000} s.`),
    );
  }
  const result = (late: AbortSignal): Promise<Payload> =>
    Promise.race([jobs.run(command, run, late), rejection(evicted, stillRunning)]);
  return within(limits.longWork, clock, result, stillRunning);
}

/** Rejects when the signal aborts. */
function rejection(signal: AbortSignal, error: () => Error): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(error()), { once: true });
  });
}

const stillRunning = (): IcosError => new IcosError("vsock-still-running", STILL_RUNNING);

/** The response, and then the end of both sides; a client that does not take it or does not close is cut off. */
async function respond(open: OpenConnection, response: Response, { clock, limits }: ServeModules): Promise<void> {
  const { socket } = open;
  const cutOff = (): void => void socket.destroy();
  open.stage = "answering";
  open.connection.passOver(); // what it still sends is thrown away
  socket.end(encodeResponse(response), () => {
    open.stage = "answered";
  });
  open.evicted.addEventListener("abort", cutOff, { once: true });
  await within(
    limits.write,
    clock,
    () => finished(socket),
    () => new IcosError("vsock-too-slow", "The client did not take the response."),
  ).catch(cutOff);
}

export const busy = (): IcosError =>
  new IcosError("vsock-busy", "The host has too many open connections. Try again in a moment.");

function messageOf(error: unknown): string {
  const next = error instanceof IcosError && error.next !== undefined ? ` ${error.next}` : "";
  return describeError(error) + next;
}
