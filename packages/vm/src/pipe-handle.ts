import { Socket } from "node:net";
import * as v from "valibot";
import { IcosError } from "@icos/system";

const pipeWrapSchema = v.object({
  Pipe: v.function(),
  constants: v.object({ SOCKET: v.number() }),
});

interface PipeHandle {
  open(fd: number): number;
}

/**
 * A Node stream around the descriptor of a socket that Node has no class for; the stream owns the descriptor. Node
 * hides its handles behind `process.binding` (deprecated, DEP0111); this is the only place here that uses it, checked
 * at run time because Node is pinned.
 */
export function socketFromDescriptor(fd: number, options: { readonly writable: boolean }): Socket {
  const { Pipe, constants } = v.parse(pipeWrapSchema, internalBinding("pipe_wrap"));
  const handle: unknown = Reflect.construct(Pipe, [constants.SOCKET]);
  if (!isPipeHandle(handle)) throw new IcosError("node-unsupported", "This Node has no usable pipe handle.");
  const code = handle.open(fd);
  if (code !== 0) throw new IcosError("node-unsupported", `Node cannot take over a socket (error ${code}).`);
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
