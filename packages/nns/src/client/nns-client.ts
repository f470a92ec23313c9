import { AgentError, HttpAgent, type Identity, QueryResponseStatus } from "@icp-sdk/core/agent";
import type { Principal } from "@icos/certification";
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
import type { Codec } from "../candid/codec.ts";
import { decodeArgument, encodeArgument } from "../candid/message.ts";
import { METHOD_CODECS } from "../candid/methods.ts";
import { PREVIEW_CODEC, PREVIEW_METHOD, type PreviewReply } from "../candid/preview.ts";
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
    const { reply } = METHOD_CODECS[method];
    const bytes = await this.callForBytes(method, payload);
    return reply ? decodeArgument(reply, bytes) : undefined;
  }

  /** As {@link call}, with the reply as it comes: candid. */
  async callForBytes<Method extends RegistryMethod>(method: Method, payload: PayloadOf<Method>): Promise<Uint8Array> {
    return this.#call(REGISTRY_CANISTER_ID, method, encodeArgument(METHOD_CODECS[method].payload, payload));
  }

  /** Calls a candid method of a canister. @throws IcosError `registry-refused`, `registry-call-failed` */
  async update<Request, Reply>(
    canister: Principal,
    method: string,
    codec: { readonly payload: Codec<Request>; readonly reply: Codec<Reply> },
    request: Request,
  ): Promise<Reply> {
    return decodeArgument(codec.reply, await this.#call(canister, method, encodeArgument(codec.payload, request)));
  }

  /** What the call would do; nothing changes. The answer is the server's word: it is not certified. */
  async preview<Method extends RegistryMethod>(method: Method, payload: PayloadOf<Method>): Promise<PreviewReply> {
    const request = { method, payload: encodeArgument(METHOD_CODECS[method].payload, payload) };
    return this.query(REGISTRY_CANISTER_ID, PREVIEW_METHOD, PREVIEW_CODEC, request);
  }

  /** A candid query of a canister. @throws IcosError `registry-refused`, `registry-call-failed` */
  async query<Request, Reply>(
    canister: Principal,
    method: string,
    codec: { readonly payload: Codec<Request>; readonly reply: Codec<Reply> },
    request: Request,
  ): Promise<Reply> {
    let answer;
    try {
      answer = await this.#agent.query(canister.toText(), {
        methodName: method,
        arg: encodeArgument(codec.payload, request),
      });
    } catch (cause) {
      throw callFailed(method, cause);
    }
    if (answer.status === QueryResponseStatus.Rejected) throw rejected(method, answer.reject_message);
    return decodeArgument(codec.reply, answer.reply.arg);
  }

  async #call(canister: Principal, methodName: string, arg: Uint8Array): Promise<Uint8Array> {
    try {
      return (await this.#agent.update(canister.toText(), { methodName, arg })).reply;
    } catch (cause) {
      throw callFailed(methodName, cause);
    }
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

  async snapshot(): Promise<{ readonly history: RegistryHistory; readonly certificate: Uint8Array }> {
    return this.#reader.snapshot();
  }
}

function callFailed(method: string, cause: unknown): IcosError {
  const message = describeError(cause);
  const rejection = cause instanceof AgentError ? /Reject text: (.*)/.exec(message)?.[1] : undefined;
  return rejection === undefined ? failed(method, message, cause) : rejected(method, rejection, cause);
}

/** A rejection with `code: sentence` is a refusal; any other is a failure. */
function rejected(method: string, rejection: string, cause?: unknown): IcosError {
  const refusal = /^([a-z0-9-]+): (.*)/.exec(rejection);
  if (!refusal?.[1] || !refusal[2]) return failed(method, rejection, cause);
  const details = { method, registryCode: refusal[1] };
  return new IcosError("registry-refused", refusal[2], { details, cause });
}

function failed(method: string, message: string, cause: unknown): IcosError {
  return new IcosError("registry-call-failed", `The call of ${method} failed: ${message}`, {
    details: { method },
    cause,
  });
}
