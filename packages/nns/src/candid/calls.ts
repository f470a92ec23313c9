import { METHOD_ALIASES, type RegistryCall, type RegistryMethod, type ReplyOf } from "@icos/registry";
import { decodeArgument, encodeReply } from "./message.ts";
import { METHOD_CODECS } from "./methods.ts";

/** The mutation of this name, or of this older name. */
export function methodNamed(name: string): RegistryMethod | undefined {
  const method = METHOD_ALIASES.get(name) ?? name;
  return isMethod(method) ? method : undefined;
}

/** The call of a method with its candid argument. @throws IcosError `candid-malformed` */
export function decodeCall<Method extends RegistryMethod>(method: Method, arg: Uint8Array): RegistryCall<Method> {
  return { method, payload: decodeArgument(METHOD_CODECS[method].payload, arg) };
}

/** A method's reply, candid. */
export function encodeMethodReply<Method extends RegistryMethod>(method: Method, reply: ReplyOf<Method>): Uint8Array {
  return encodeReply(METHOD_CODECS[method].reply, reply);
}

function isMethod(name: string): name is RegistryMethod {
  return Object.hasOwn(METHOD_CODECS, name);
}
