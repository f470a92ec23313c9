import { Socket } from "node:net";
import { getSystemErrorName } from "node:util";
import * as v from "valibot";
import { IcosError } from "./errors.ts";

const pipeWrapSchema = v.object({
  Pipe: v.function(),
  constants: v.object({ SOCKET: v.number(), SERVER: v.number() }),
});

interface PipeHandle {
  open(fd: number): number;
  listen(backlog: number): number;
  close(): void;
}

/** Waiting connections; the kernel may allow fewer. */
const BACKLOG = 511;

export interface DescriptorListener {
  close(): void;
}

/**
 * A Node stream around the descriptor of a socket that Node has no class for; the stream owns the descriptor. Node
 * hides its handles behind `process.binding` (deprecated, DEP0111); this file is the only place that uses it, checked
 * at run time because Node is pinned.
 */
export function socketFromDescriptor(
  fd: number,
  options: { readonly writable: boolean; readonly allowHalfOpen?: boolean },
): Socket {
  return streamOf(openHandle("SOCKET", fd), options);
}

/**
 * Listens on a bound stream socket of any family and owns its descriptor. Each connection comes with its own descriptor, to
 * ask the kernel about its other end; the stream owns that one. `failed` is called when a connection cannot be taken.
 */
export function listenOnDescriptor(
  fd: number,
  accepted: (socket: Socket, fd: number) => void,
  failed: (error: Error) => void,
): DescriptorListener {
  const handle = openHandle("SERVER", fd);
  Reflect.set(handle, "onconnection", (code: number, client: unknown) => {
    if (code !== 0 || !isPipeHandle(client)) {
      failed(new IcosError("accept-failed", `A connection could not be taken (${errorName(code)}).`));
      return;
    }
    const descriptor: unknown = Reflect.get(client, "fd");
    accepted(
      streamOf(client, { writable: true, allowHalfOpen: true }),
      typeof descriptor === "number" ? descriptor : -1,
    );
  });
  const code = handle.listen(BACKLOG);
  if (code !== 0) {
    handle.close();
    throw new IcosError("listen-failed", `The socket cannot listen (${errorName(code)}).`);
  }
  return { close: () => handle.close() };
}

function openHandle(kind: "SOCKET" | "SERVER", fd: number): PipeHandle {
  const { Pipe, constants } = v.parse(pipeWrapSchema, internalBinding("pipe_wrap"));
  const handle: unknown = Reflect.construct(Pipe, [constants[kind]]);
  if (!isPipeHandle(handle)) throw new IcosError("node-unsupported", "This Node has no usable pipe handle.");
  const code = handle.open(fd);
  if (code !== 0) throw new IcosError("node-unsupported", `Node cannot take over a socket (error ${code}).`);
  return handle;
}

function streamOf(
  handle: PipeHandle,
  options: { readonly writable: boolean; readonly allowHalfOpen?: boolean },
): Socket {
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
