import { fromBinary } from "@bufbuild/protobuf";
import {
  METHOD_ALIASES,
  type MutationOutcome,
  type RegistryCall,
  RegistryGetChangesSinceRequestSchema,
  type RegistryMethod,
} from "@icos/registry";
import { type CallOutcome, type Canister, methodNotFound, type QueryCall, type UpdateCall } from "@icos/replica";
import { describeError, IcosError } from "@icos/system";
import { CHUNK_CODEC, CHUNK_METHOD } from "./candid/chunk.ts";
import { interfaceFile } from "./candid/interface.ts";
import { decodeArgument, encodeReply } from "./candid/message.ts";
import { METHOD_CODECS } from "./candid/methods.ts";
import { PREVIEW_CODEC, PREVIEW_METHOD } from "./candid/preview.ts";
import { getChangesSince, getChunk, getLatestVersion, getValue } from "./queries.ts";
import type { DurableRegistry } from "./store/durable-registry.ts";

/** Reject codes of the interface specification. */
const CANISTER_REJECT = 4;
const CANISTER_ERROR = 5;

/** The registry as a canister of the interface. A refused call is rejected with `code: sentence`. */
export class RegistryCanister implements Canister {
  readonly #registry: DurableRegistry;

  constructor(registry: DurableRegistry) {
    this.#registry = registry;
  }

  query(call: QueryCall): CallOutcome {
    const { method, arg } = call;
    const { deltas } = this.#registry;
    const registry = { history: this.#registry.state.history, deltas };
    switch (method) {
      case "get_latest_version":
        return reply(getLatestVersion(registry));
      case "get_value":
        return reply(getValue(registry, arg));
      case "get_changes_since":
        return reply(getChangesSince(registry, arg));
      case "get_certified_latest_version":
        return reply(deltas.latestVersion(call.dataCertificate()));
      case "get_certified_changes_since": {
        const since = readSince(arg);
        if (since === undefined)
          return reject("request-malformed", "The argument is not a RegistryGetChangesSinceRequest.");
        return reply(deltas.changesSince(since, call.dataCertificate()));
      }
      case CHUNK_METHOD:
        return decoding(() =>
          reply(encodeReply(CHUNK_CODEC.reply, getChunk(registry, decodeArgument(CHUNK_CODEC.payload, arg)))),
        );
      case PREVIEW_METHOD:
        return decoding(() => this.#preview(call));
      default:
        return methodNotFound("query", method);
    }
  }

  update(call: UpdateCall): CallOutcome {
    const method = methodNamed(call.method);
    return method ? decoding(() => answer(method, this.#decide(method, call))) : methodNotFound("update", call.method);
  }

  certifiedData(): Uint8Array {
    return this.#registry.deltas.certifiedData;
  }

  metadata(): ReadonlyMap<string, Uint8Array> {
    return new Map([["candid:service", Buffer.from(interfaceFile())]]);
  }

  #decide<Method extends RegistryMethod>(method: Method, { arg, caller, time }: UpdateCall): MutationOutcome<Method> {
    return this.#registry.apply(decodeCall(method, arg), caller, time);
  }

  #preview({ arg, caller, time }: QueryCall): CallOutcome {
    const { method: name, payload } = decodeArgument(PREVIEW_CODEC.payload, arg);
    const method = methodNamed(name);
    if (!method) return methodNotFound("update", name);
    const { version } = this.#registry.state;
    const { changes, refusals, violations } = this.#registry.preview(decodeCall(method, payload), caller, time);
    const refused = refusals.map(({ code, message }) => ({ code, message }));
    return reply(
      encodeReply(PREVIEW_CODEC.reply, { version: BigInt(version), changes, refusals: refused, violations }),
    );
  }
}

/** The call of a method with its candid argument. @throws IcosError `candid-malformed` */
export function decodeCall<Method extends RegistryMethod>(method: Method, arg: Uint8Array): RegistryCall<Method> {
  return { method, payload: decodeArgument(METHOD_CODECS[method].payload, arg) };
}

/** The mutation of this name, or of this older name. */
export function methodNamed(name: string): RegistryMethod | undefined {
  const method = METHOD_ALIASES.get(name) ?? name;
  return isMethod(method) ? method : undefined;
}

function decoding(work: () => CallOutcome): CallOutcome {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof IcosError) || error.code !== "candid-malformed") throw error;
    return { kind: "reject", code: CANISTER_ERROR, message: `${error.code}: ${describeError(error)}` };
  }
}

function answer<Method extends RegistryMethod>(method: Method, outcome: MutationOutcome<Method>): CallOutcome {
  if (outcome.kind === "refused") return reject(outcome.error.code, outcome.error.message);
  return reply(encodeReply(METHOD_CODECS[method].reply, outcome.reply));
}

function isMethod(name: string): name is RegistryMethod {
  return Object.hasOwn(METHOD_CODECS, name);
}

function readSince(arg: Uint8Array): number | undefined {
  try {
    return Number(fromBinary(RegistryGetChangesSinceRequestSchema, arg).version);
  } catch {
    return undefined;
  }
}

function reply(bytes: Uint8Array): CallOutcome {
  return { kind: "reply", reply: bytes };
}

function reject(code: string, message: string): CallOutcome {
  return { kind: "reject", code: CANISTER_REJECT, message: `${code}: ${message}` };
}
