import { AgentError, HttpAgent, type Identity } from "@icp-sdk/core/agent";
import {
  httpChangesSource,
  type NodeRecord,
  type PayloadOf,
  REGISTRY_CANISTER_ID,
  type RegistryHistory,
  type RegistryMethod,
  type ReplyOf,
  type SubnetRecord,
} from "@icos/registry";
import { describeError, IcosError } from "@icos/system";
import { decodeArgument, encodeArgument } from "../candid/message.ts";
import { METHOD_CODECS } from "../candid/methods.ts";
import { RegistryReader } from "./registry-reader.ts";

export interface NnsClientOptions {
  readonly url: string;
  /** DER. Nothing is believed that does not verify under it. */
  readonly rootKey: Uint8Array;
  /** Who calls; anonymous when left out, which is enough to read. */
  readonly identity?: Identity | undefined;
  /** For both the agent and reads. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Calls and reads a registry over its HTTP interface. */
export class NnsClient {
  readonly #agent: HttpAgent;
  readonly #reader: RegistryReader;

  constructor({ url, rootKey, identity, fetch }: NnsClientOptions) {
    this.#agent = HttpAgent.createSync({
      host: url,
      rootKey,
      retryTimes: 0,
      ...(identity && { identity }),
      ...(fetch && { fetch }),
    });
    this.#reader = new RegistryReader({ source: httpChangesSource([url], { fetch }), rootKey });
  }

  /**
   * Calls a mutation and waits for its certified reply.
   * @throws IcosError `registry-refused` with the registry's code and sentence in the message, `registry-call-failed`
   */
  async call<Method extends RegistryMethod>(method: Method, payload: PayloadOf<Method>): Promise<ReplyOf<Method>> {
    const codec = METHOD_CODECS[method];
    let bytes: Uint8Array;
    try {
      const arg = encodeArgument(codec.payload, payload);
      const result = await this.#agent.update(REGISTRY_CANISTER_ID.toText(), { methodName: method, arg });
      bytes = result.reply;
    } catch (cause) {
      throw callFailed(method, cause);
    }
    return codec.reply ? decodeArgument(codec.reply, bytes) : undefined;
  }

  /** See {@link RegistryReader}, which does the reading. */
  async latestVersion(): Promise<number> {
    return this.#reader.latestVersion();
  }

  async nodes(): Promise<ReadonlyMap<string, NodeRecord>> {
    return this.#reader.nodes();
  }

  async subnets(): Promise<ReadonlyMap<string, SubnetRecord>> {
    return this.#reader.subnets();
  }

  async history(): Promise<RegistryHistory> {
    return this.#reader.history();
  }
}

function callFailed(method: string, cause: unknown): IcosError {
  const message = describeError(cause);
  const refusal = /Reject text: ([a-z0-9-]+): (.*)/.exec(message);
  const details = { method, ...(refusal && { registryCode: refusal[1] }) };
  if (cause instanceof AgentError && refusal) {
    return new IcosError("registry-refused", refusal[2] ?? message, { details, cause });
  }
  return new IcosError("registry-call-failed", `The call of ${method} failed: ${message}`, { details, cause });
}
