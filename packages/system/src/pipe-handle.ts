import { Socket, type OnReadOpts } from "node:net";
import { getSystemErrorName } from "node:util";
import * as v from "valibot";
import { IcosError } from "./errors.ts";

const pipeWrapSchema = v.object({
  Pipe: v.function(),
  constants: v.object({ SOCKET: v.number(), SERVER: v.number() }),
});

interface PipeHandle {
  open(fd: number): number;
  bind(path: string): number;
  listen(backlog: number): number;
  close(): void;
}

/** Waiting connections; the kernel may allow fewer. */
const BACKLOG = 511;

export interface PipeListener {
  close(): void;
}

export interface PipeStreamOptions {
  readonly writable: boolean;
  readonly allowHalfOpen?: boolean;
  /** Where what arrives is put and who is told, in place of the stream's own data. Its end is the stream's in any case. */
  readonly onread?: OnReadOpts;
}

/** A connection that was taken. */
export interface TakenConnection {
  /** To ask the kernel about the other end. */
  readonly fd: number;
  /** Makes the stream, which owns the descriptor. To be called once, and at once. */
  readonly stream: (options: PipeStreamOptions) => Socket;
}

/**
 * A Node stream around the descriptor of a socket that Node has no class for; the stream owns the descriptor. Node
 * hides its handles behind `process.binding` (deprecated, DEP0111); this file is the only place that uses it, checked
 * at run time because Node is pinned.
 */
export function socketFromDescriptor(fd: number, options: PipeStreamOptions): Socket {
  return streamOf(openHandle("SOCKET", fd), options);
}

/**
 * Listens on a bound stream socket of any family and owns its descriptor. `failed` is called when a connection cannot be
 * taken.
 */
export function listenOnDescriptor(
  fd: number,
  accepted: (connection: TakenConnection) => void,
  failed: (error: Error) => void,
): PipeListener {
  return listenOn(openHandle("SERVER", fd), accepted, failed);
}

/** The same on a unix socket that is made for it, and that is gone with the listener. */
export function listenOnPath(
  path: string,
  accepted: (connection: TakenConnection) => void,
  failed: (error: Error) => void,
): PipeListener {
  const handle = newHandle("SERVER");
  const code = handle.bind(path);
  if (code === 0) return listenOn(handle, accepted, failed);
  handle.close();
  throw new IcosError("listen-failed", `${path} cannot be made (${errorName(code)}).`);
}

function listenOn(
  handle: PipeHandle,
  accepted: (connection: TakenConnection) => void,
  failed: (error: Error) => void,
): PipeListener {
  Reflect.set(handle, "onconnection", (code: number, client: unknown) => {
    if (code !== 0 || !isPipeHandle(client)) {
      failed(new IcosError("accept-failed", `A connection could not be taken (${errorName(code)}).`));
      return;
    }
    const fd: unknown = Reflect.get(client, "fd");
    accepted({ fd: typeof fd === "number" ? fd : -1, stream: (options) => streamOf(client, options) });
  });
  const code = handle.listen(BACKLOG);
  if (code !== 0) {
    handle.close();
    throw new IcosError("listen-failed", `The socket cannot listen (${errorName(code)}).`);
  }
  return { close: () => handle.close() };
}

function newHandle(kind: "SOCKET" | "SERVER"): PipeHandle {
  const { Pipe, constants } = v.parse(pipeWrapSchema, internalBinding("pipe_wrap"));
  const handle: unknown = Reflect.construct(Pipe, [constants[kind]]);
  if (!isPipeHandle(handle)) throw new IcosError("node-unsupported", "This Node has no usable pipe handle.");
  return handle;
}

function openHandle(kind: "SOCKET" | "SERVER", fd: number): PipeHandle {
  const handle = newHandle(kind);
  const code = handle.open(fd);
  if (code !== 0) throw new IcosError("node-unsupported", `Node cannot take over a socket (error ${code}).`);
  return handle;
}

function streamOf(handle: PipeHandle, options: PipeStreamOptions): Socket {
  const socket: unknown = Reflect.construct(Socket, [{ handle, readable: true, ...options }]);
  if (!(socket instanceof Socket)) throw new IcosError("node-unsupported", "Node made no stream of a pipe handle.");
  return socket;
}

function internalBinding(name: string): unknown {
  const binding: unknown = Reflect.get(process, "binding");
  if (typeof binding !== "function") throw new IcosError("node-unsupported", "This Node has no process.binding.");
  return Reflect.apply(binding, process, [name]);
}

function isPipeHandle(value: unknown): value is PipeHandle {
  return typeof value === "object" && value !== null && "open" in value && typeof value.open === "function";
}

const errorName = (code: number): string => (code < 0 ? getSystemErrorName(code) : `error ${code}`);
