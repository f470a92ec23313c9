import { connect, type Socket } from "node:net";
import { once } from "node:events";
import * as v from "valibot";
import { IcosError, parseJson, parseWith, systemClock, type Clock } from "@icos/system";
import { QMP_COMMANDS, type QmpArguments, type QmpCommand, type QmpResult } from "./commands.ts";
import { createLineReader } from "./line-reader.ts";
import { eventSchema, greetingSchema, replySchema, type QemuVersion, type QmpEvent } from "./messages.ts";

export interface ConnectQmpOptions {
  /** How long QEMU may take to open its socket and greet, and later to answer a command. Default 30 s. */
  readonly timeoutMs?: number | undefined;
  /** Ends the attempt, e.g. because the process has ended. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: QmpEvent) => void) | undefined;
  readonly clock?: Clock | undefined;
}

/** A connection to QEMU's monitor, ready for commands. */
export interface QmpClient {
  readonly version: QemuVersion;
  /**
   * Rejects with `qmp-command-failed` (QEMU's own words), `qmp-closed` or `qmp-timeout`. For `quit` the end of the
   * connection is as good as a reply: QEMU may end before it is sent.
   */
  execute<Command extends QmpCommand>(command: Command, args?: QmpArguments<Command>): Promise<QmpResult<Command>>;
  /** Settles when the connection has ended and the last event was delivered. Never rejects. */
  readonly closed: Promise<void>;
  close(): void;
}

/** For QEMU to greet, and to answer a command, where a caller does not say another time. */
export const QMP_TIMEOUT_MS = 30_000;
const RETRY_MS = 20;

/** Connects to the QMP socket of a QEMU that may just be starting. */
export async function connectQmp(path: string, options: ConnectQmpOptions = {}): Promise<QmpClient> {
  const { clock = systemClock, timeoutMs = QMP_TIMEOUT_MS, signal } = options;
  const deadline = clock.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const socket = connect(path);
    try {
      await once(socket, "connect", signal ? { signal } : {});
      return await greet(socket, path, { ...options, timeoutMs: Math.max(1, deadline - clock.now()) }, timeoutMs);
    } catch (cause) {
      socket.destroy();
      signal?.throwIfAborted();
      const retry = cause instanceof IcosError ? cause.code === "qmp-closed" : true;
      if (!retry) throw cause;
      if (clock.now() < deadline) await clock.sleep(RETRY_MS, signal).catch(() => signal?.throwIfAborted());
      else throw new IcosError("qmp-unreachable", `QEMU does not answer on ${path}.`, { place: { file: path }, cause });
    }
  }
}

interface Waiting {
  readonly command: QmpCommand;
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
}

async function greet(
  socket: Socket,
  path: string,
  options: ConnectQmpOptions,
  commandTimeoutMs: number,
): Promise<QmpClient> {
  const waiting = new Map<number, Waiting>();
  const greeting = Promise.withResolvers<QemuVersion>();
  greeting.promise.catch(() => undefined);
  const closed = Promise.withResolvers<void>();
  let lastId = 0;
  let open = true;

  function onLine(line: string): void {
    const message: unknown = parseJson(v.unknown(), line, { code: "qmp-invalid", name: `A message on ${path}` });
    if (v.is(greetingSchema, message)) greeting.resolve(message.QMP.version.qemu);
    else if (v.is(eventSchema, message)) options.onEvent?.(v.parse(eventSchema, message));
    else answer(message);
  }

  function answer(message: unknown): void {
    const reply = parseWith(replySchema, message, { code: "qmp-invalid", name: `A reply on ${path}` });
    const entry = reply.id === undefined ? undefined : waiting.get(reply.id);
    if (reply.id !== undefined) waiting.delete(reply.id);
    if (!("error" in reply)) {
      entry?.resolve(reply.return);
      return;
    }
    const { class: errorClass, desc } = reply.error;
    const what = entry === undefined ? "a message" : entry.command;
    const error = new IcosError("qmp-command-failed", `QEMU refused ${what}: ${desc}`, { details: { errorClass } });
    if (entry !== undefined) entry.reject(error);
    else greeting.reject(error);
  }

  /** Everything that still waits gets the reason; `quit` takes it as its reply. */
  function end(cause: Error | undefined): void {
    if (!open) return;
    open = false;
    const error = closedError(path, cause);
    greeting.reject(error);
    for (const { command, resolve, reject } of waiting.values()) {
      if (command === "quit") resolve({});
      else reject(error);
    }
    waiting.clear();
    closed.resolve();
  }

  let failure: Error | undefined;
  const reader = createLineReader(onLine);
  socket.on("data", (chunk: Buffer) => {
    try {
      reader.push(chunk);
    } catch (error) {
      socket.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  });
  socket.on("error", (error) => (failure = error)); // ECONNRESET and EPIPE come with `quit`
  socket.on("end", () => socket.destroy());
  socket.on("close", () => end(failure));

  function execute<Command extends QmpCommand>(
    command: Command,
    args?: QmpArguments<Command>,
  ): Promise<QmpResult<Command>> {
    if (!open) return Promise.reject(closedError(path, undefined));
    const id = ++lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(id, { command, resolve, reject });
    socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    return withTimeout(promise, commandTimeoutMs, `QEMU did not answer ${command}`).then((value) => {
      const schema: v.GenericSchema<unknown, unknown> = QMP_COMMANDS[command].reply;
      const what = { code: "qmp-invalid", name: `QEMU's reply to ${command}` };
      return parseWith(schema, value, what) as QmpResult<Command>;
    });
  }

  try {
    const timeoutMs = options.timeoutMs ?? QMP_TIMEOUT_MS;
    const version = await withTimeout(greeting.promise, timeoutMs, `QEMU did not greet on ${path}`);
    await execute("qmp_capabilities");
    return { version, execute, closed: closed.promise, close: () => void socket.destroy() };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function closedError(path: string, cause: Error | undefined): IcosError {
  if (cause instanceof IcosError) return cause;
  return new IcosError("qmp-closed", `The connection to QEMU on ${path} has ended.`, { place: { file: path }, cause });
}

async function withTimeout<Value>(promise: Promise<Value>, timeoutMs: number, what: string): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new IcosError("qmp-timeout", `${what} within ${Math.round(timeoutMs)} ms.`)),
    timeoutMs,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
