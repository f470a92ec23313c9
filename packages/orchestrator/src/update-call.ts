import { randomBytes } from "node:crypto";
import {
  decodeCbor,
  decodeUnsignedLeb128,
  lookup,
  signRequest,
  utf8,
  type CertificateVerifier,
  type HashTree,
  type Principal,
} from "@icos/certification";
import { IcosError, parseWith, type Clock } from "@icos/system";
import * as v from "valibot";
import type { PostCbor } from "./http-post.ts";
import type { OperatorSigner } from "./operator-key.ts";

export interface UpdateCallRequest {
  readonly url: URL;
  readonly canisterId: Principal;
  readonly method: string;
  readonly arg: Uint8Array;
}

export interface UpdateCallModules {
  readonly post: PostCbor;
  readonly signer: OperatorSigner;
  readonly verifier: CertificateVerifier;
  readonly clock: Clock;
}

/** How long a request may wait to be executed; the interface takes at most five minutes. */
const INGRESS_EXPIRY_MS = 4 * 60_000;
const HTTP_TIMEOUT_MS = 30_000;
const POLL_MS = 1_000;
/** Answers are made for this request, so a certificate needs to be as young as the request, give or take the clocks. */
const FRESHNESS = { maxAge: 5 * 60_000, maxFuture: 5 * 60_000 };
/**
 * Calls an update method and returns its certified reply. Rejections become an {@link IcosError} `call-rejected` with
 * `details.rejectCode` and `details.errorCode`. The interface's asynchronous form (version 2), which every replica serves:
 * the call is submitted, then its status read until it is final.
 */
export async function updateCall(
  request: UpdateCallRequest,
  modules: UpdateCallModules,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { clock, signer } = modules;
  const until = clock.now() + INGRESS_EXPIRY_MS;
  const { url, canisterId, method, arg } = request;
  const common = { sender: signer.principal, ingress_expiry: BigInt(until) * 1_000_000n };
  const target = { canister_id: canisterId, method_name: method, arg };
  const call = signRequest({ request_type: "call", ...target, nonce: randomBytes(16), ...common }, signer);
  const id = call.requestId;
  const submitted = await send(apiUrl(url, canisterId, "call"), call.body, modules, signal);
  if (submitted.length > 0) throw immediateRejection(submitted);
  const paths = [[utf8("request_status"), id]];
  const readState = signRequest({ request_type: "read_state", paths, ...common }, signer).body;
  while (clock.now() < until) {
    const reply = statusOf(id, await readTree(readState, request, modules, signal));
    if (reply !== undefined) return reply;
    await clock.sleep(POLL_MS, signal);
  }
  throw new IcosError("call-timeout", `The call of ${method} had no result before it expired.`);
}

async function readTree(
  body: Uint8Array,
  { url, canisterId }: UpdateCallRequest,
  modules: UpdateCallModules,
  signal: AbortSignal,
): Promise<HashTree> {
  const what = { code: "answer-malformed", name: `The answer of ${url.origin}` };
  const answer = decodeCbor(await send(apiUrl(url, canisterId, "read_state"), body, modules, signal), what);
  const { certificate } = parseWith(v.object({ certificate: v.instance(Uint8Array) }), answer, what);
  const freshness = { now: modules.clock.now(), ...FRESHNESS };
  return modules.verifier.verify(certificate, { canisterId, freshness }).tree;
}

const apiUrl = (url: URL, canisterId: Principal, method: string): URL =>
  new URL(`/api/v2/canister/${canisterId.toText()}/${method}`, url);

/** The body of a good answer; empty for one that only acknowledges. */
async function send(
  url: URL,
  request: Uint8Array,
  { post }: UpdateCallModules,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(HTTP_TIMEOUT_MS)]);
  const { status, body } = await post(url, request, limited);
  if (status === 202) return new Uint8Array();
  if (status === 200) return body;
  const text = Buffer.from(body).toString().trim();
  throw new IcosError("request-refused", `${url.origin} refused a request with HTTP status ${status}: ${text}`, {
    details: { status },
  });
}

const RejectionSchema = v.object({
  status: v.literal("non_replicated_rejection"),
  reject_code: v.number(),
  reject_message: v.string(),
  error_code: v.optional(v.string()),
});

function immediateRejection(body: Uint8Array): IcosError {
  const what = { code: "answer-malformed", name: "The answer to a call" };
  const { reject_code, reject_message, error_code } = parseWith(RejectionSchema, decodeCbor(body, what), what);
  return rejected(reject_code, reject_message, error_code);
}

/** The reply of a call that is done, nothing while it is under way. */
function statusOf(id: Uint8Array, tree: HashTree): Uint8Array | undefined {
  const field = (name: string): Uint8Array | undefined => {
    const found = lookup(["request_status", id, name], tree);
    return found.kind === "found" ? found.value : undefined;
  };
  const text = (name: string): string | undefined => {
    const value = field(name);
    return value && Buffer.from(value).toString();
  };
  const status = text("status");
  switch (status) {
    case undefined:
    case "received":
    case "processing":
      return undefined;
    case "replied": {
      const reply = field("reply");
      if (reply !== undefined) return reply;
      break;
    }
    case "rejected": {
      const code = field("reject_code");
      const number = code === undefined ? 0 : Number(decodeUnsignedLeb128(code));
      throw rejected(number, text("reject_message") ?? "", text("error_code"));
    }
    default:
      break;
  }
  throw new IcosError("call-result-lost", `The result of the call is not known any more (status ${status}).`);
}

function rejected(rejectCode: number, message: string, errorCode: string | undefined): IcosError {
  return new IcosError("call-rejected", `The canister rejected the call: ${message}`, {
    details: { rejectCode, ...(errorCode !== undefined && { errorCode }) },
  });
}
