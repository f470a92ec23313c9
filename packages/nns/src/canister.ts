import { fromBinary } from "@bufbuild/protobuf";
import { RegistryGetChangesSinceRequestSchema, type RegistryMethod } from "@icos/registry";
import { type CallOutcome, type Canister, methodNotFound, type QueryCall, type UpdateCall } from "@icos/replica";
import { IcosError } from "@icos/system";
import { answering, reject } from "./answer.ts";
import { decodeCall, encodeMethodReply, methodNamed } from "./candid/calls.ts";
import { CHUNK_CODEC, CHUNK_METHOD } from "./candid/chunk.ts";
import { interfaceFile } from "./candid/interface.ts";
import { decodeArgument, encodeArgument } from "./candid/message.ts";
import { PREVIEW_CODEC, PREVIEW_METHOD } from "./candid/preview.ts";
import { getChangesSince, getChunk, getLatestVersion, getValue } from "./queries.ts";
import type { DurableRegistry } from "./store/durable-registry.ts";

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
          return reject(new IcosError("request-malformed", "The argument is not a RegistryGetChangesSinceRequest."));
        return reply(deltas.changesSince(since, call.dataCertificate()));
      }
      case CHUNK_METHOD:
        return answering(() =>
          encodeArgument(CHUNK_CODEC.reply, getChunk(registry, decodeArgument(CHUNK_CODEC.payload, arg))),
        );
      case PREVIEW_METHOD:
        return answering(() => this.#preview(call));
      default:
        return methodNotFound("query", method);
    }
  }

  update(call: UpdateCall): CallOutcome {
    const method = methodNamed(call.method);
    return method ? answering(() => this.#decide(method, call)) : methodNotFound("update", call.method);
  }

  prepare({ method: name, arg, caller, time }: UpdateCall): Promise<void> | undefined {
    if (methodNamed(name) !== "add_node") return undefined;
    try {
      return this.#registry.prepare(decodeCall("add_node", arg), caller, time);
    } catch {
      return undefined; // `update` says what is wrong with the argument
    }
  }

  certifiedData(): Uint8Array {
    return this.#registry.deltas.certifiedData;
  }

  metadata(): ReadonlyMap<string, Uint8Array> {
    return new Map([["candid:service", Buffer.from(interfaceFile())]]);
  }

  #decide(method: RegistryMethod, { arg, caller, time }: UpdateCall): Uint8Array {
    const outcome = this.#registry.apply(decodeCall(method, arg), caller, time);
    if (outcome.kind === "refused") throw outcome.error;
    return encodeMethodReply(method, outcome.reply);
  }

  #preview({ arg, caller, time }: QueryCall): Uint8Array | CallOutcome {
    const { method: name, payload } = decodeArgument(PREVIEW_CODEC.payload, arg);
    const method = methodNamed(name);
    if (!method) return methodNotFound("update", name);
    const { version } = this.#registry.state;
    const { changes, refusals, violations } = this.#registry.preview(decodeCall(method, payload), caller, time);
    const refused = refusals.map(({ code, message }) => ({ code, message }));
    return encodeArgument(PREVIEW_CODEC.reply, { version: BigInt(version), changes, refusals: refused, violations });
  }
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
