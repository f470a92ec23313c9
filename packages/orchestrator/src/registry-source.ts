import { decodeCbor, Principal, signRequest } from "@icos/certification";
import {
  decodeChunkReply,
  encodeChangesSinceRequest,
  encodeChunkRequest,
  REGISTRY_CANISTER_ID,
  type CertifiedChangesSource,
} from "@icos/registry";
import { IcosError, parseWith, type Clock } from "@icos/system";
import * as v from "valibot";
import type { PostCbor } from "./http-post.ts";

const EXPIRY_MS = 4 * 60_000;
const TIMEOUT_MS = 30_000;
const CODE = "registry-unreachable";

const AnswerSchema = v.variant("status", [
  v.object({ status: v.literal("replied"), reply: v.object({ arg: v.instance(Uint8Array) }) }),
  v.object({ status: v.literal("rejected"), reject_message: v.string() }),
]);

export interface RegistrySourceModules {
  readonly post: PostCbor;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/**
 * Certified changes by anonymous queries to one of the URLs, chosen anew each time. The registry's own source does the same
 * by `fetch`, which takes ten megabytes that a node of small memory would rather keep.
 */
export function registrySource(
  urls: readonly URL[],
  { post, clock, random }: RegistrySourceModules,
): CertifiedChangesSource {
  const query = async (method_name: string, arg: Uint8Array, signal?: AbortSignal): Promise<Uint8Array> => {
    const url = urls[Math.floor(random() * urls.length)];
    if (url === undefined) throw new IcosError(CODE, "The configuration has no usable URL of the NNS.");
    const { body } = signRequest({
      request_type: "query",
      canister_id: REGISTRY_CANISTER_ID,
      method_name,
      arg,
      sender: Principal.anonymous(),
      ingress_expiry: BigInt(clock.now() + EXPIRY_MS) * 1_000_000n,
    });
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    const path = `/api/v2/canister/${REGISTRY_CANISTER_ID.toText()}/query`;
    const response = await post(new URL(path, url), body, signal ? AbortSignal.any([signal, limit]) : limit);
    if (response.status !== 200) throw refused(url, response.status, response.body);
    const what = { code: CODE, name: `The answer of ${url.origin}` };
    const answer = parseWith(AnswerSchema, decodeCbor(response.body, what), what);
    if (answer.status === "replied") return answer.reply.arg;
    throw new IcosError("registry-refused", `The registry refuses: ${answer.reject_message}`);
  };
  return {
    fetch: (sinceVersion, signal) =>
      query("get_certified_changes_since", encodeChangesSinceRequest(sinceVersion), signal),
    fetchChunk: async (contentSha256, signal) =>
      decodeChunkReply(await query("get_chunk", encodeChunkRequest(contentSha256), signal)),
  };
}

function refused(url: URL, status: number, body: Uint8Array): IcosError {
  const text = Buffer.from(body).toString().trim().slice(0, 200);
  return new IcosError(CODE, `${url.origin} refuses a query with HTTP status ${status}: ${text}`, {
    details: { status },
  });
}
