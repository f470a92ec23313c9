import { Principal, decodeCbor, encodeCbor } from "@icos/certification";
import { describeError, IcosError, parseWith } from "@icos/system";
import * as v from "valibot";
import { encodeChangesSinceRequest } from "../certified/deltas.ts";
import { REGISTRY_CANISTER_ID } from "../certified/verify.ts";
import { decodeChunkReply, encodeChunkRequest } from "./chunk-message.ts";
import type { CertifiedChangesSource } from "./source.ts";

/** What is used of `globalThis.fetch`. */
export type PostRequest = (
  url: URL,
  init: {
    readonly method: "POST";
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Buffer<ArrayBuffer>;
    readonly signal: AbortSignal;
  },
) => Promise<Pick<Response, "ok" | "status" | "arrayBuffer">>;

export interface HttpChangesSourceOptions {
  /** Milliseconds for one request; 30 s unless told. */
  readonly timeout?: number | undefined;
  /** `globalThis.fetch`, unless told. */
  readonly fetch?: PostRequest | undefined;
  /** Chooses among `count` URLs; at random unless told. */
  readonly choose?: ((count: number) => number) | undefined;
  /** Milliseconds since the Unix epoch; the system's clock unless told. */
  readonly now?: (() => number) | undefined;
}

const INGRESS_LIFETIME_NS = 240_000_000_000n;
const ANSWER = { code: "registry-unreachable", name: "The answer to a query" } as const;
const QueryAnswer = v.variant("status", [
  v.object({ status: v.literal("replied"), reply: v.object({ arg: v.instance(Uint8Array) }) }),
  v.object({
    status: v.literal("rejected"),
    reject_code: v.union([v.number(), v.bigint()]),
    reject_message: v.string(),
  }),
]);

/**
 * Asks one of the URLs (scheme, host and port), by an anonymous query call of the interface specification.
 * @throws IcosError `registry-unreachable`, `registry-refused`, and for chunks `registry-chunk-missing`
 */
export function httpChangesSource(
  urls: readonly string[],
  options: HttpChangesSourceOptions = {},
): CertifiedChangesSource {
  const { timeout = 30_000, fetch = globalThis.fetch, now = Date.now } = options;
  const choose = options.choose ?? ((count: number) => Math.floor(Math.random() * count));
  const query = async (method: string, arg: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> => {
    const base = urls[choose(urls.length)];
    if (base === undefined) throw new IcosError("registry-unreachable", "There is no URL to ask the registry at.");
    const url = new URL(`/api/v3/canister/${REGISTRY_CANISTER_ID.toText()}/query`, base);
    const limit = AbortSignal.timeout(timeout);
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/cbor" },
        body: Buffer.from(queryEnvelope(method, arg, now())),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      const body = new Uint8Array(await response.arrayBuffer());
      if (!response.ok)
        throw new Error(`status ${response.status}: ${Buffer.from(body).toString("utf8").slice(0, 200)}`);
      return readAnswer(body);
    } catch (cause) {
      if (cause instanceof IcosError) throw cause;
      const message = `The registry does not answer at ${url.href}: ${describeError(cause)}.`;
      throw new IcosError("registry-unreachable", message, { cause });
    }
  };
  return {
    fetch: (sinceVersion, signal) =>
      query("get_certified_changes_since", encodeChangesSinceRequest(sinceVersion), signal),
    fetchChunk: async (contentSha256, signal) =>
      decodeChunkReply(await query("get_chunk", encodeChunkRequest(contentSha256), signal)),
  };
}

function queryEnvelope(method: string, arg: Uint8Array, now: number): Uint8Array {
  return encodeCbor({
    content: {
      request_type: "query",
      canister_id: REGISTRY_CANISTER_ID.toUint8Array(),
      method_name: method,
      arg,
      sender: Principal.anonymous().toUint8Array(),
      ingress_expiry: BigInt(now) * 1_000_000n + INGRESS_LIFETIME_NS,
    },
  });
}

function readAnswer(body: Uint8Array): Uint8Array {
  const answer = parseWith(QueryAnswer, decodeCbor(body, ANSWER), ANSWER);
  if (answer.status === "replied") return answer.reply.arg;
  throw new IcosError("registry-refused", `The registry refuses: ${answer.reject_message}`, {
    details: { rejectCode: Number(answer.reject_code) },
  });
}
