import * as v from "valibot";
import { Principal } from "./principal.ts";

const MAX_U64 = (1n << 64n) - 1n;
const MAX_NONCE = 32;
const MAX_PRINCIPAL = 29;
const MAX_PATHS = 1000;
const MAX_LABELS = 127;
const MAX_METHOD_NAME = 20_000;

export const Bytes = v.custom<Uint8Array>((value) => value instanceof Uint8Array, "not a byte string");
export const Nat64 = v.pipe(
  v.union([v.pipe(v.number(), v.safeInteger()), v.bigint()], "not a natural number"),
  v.transform((value) => BigInt(value)),
  v.minValue(0n, "negative"),
  v.maxValue(MAX_U64, "more than 64 bits"),
);
export const PrincipalBytes = v.pipe(
  Bytes,
  v.maxLength(MAX_PRINCIPAL, `a principal has at most ${MAX_PRINCIPAL} bytes`),
  v.transform((bytes) => Principal.fromUint8Array(bytes)),
);

const common = {
  sender: PrincipalBytes,
  ingress_expiry: Nat64,
  nonce: v.optional(v.pipe(Bytes, v.maxLength(MAX_NONCE, `longer than ${MAX_NONCE} bytes`))),
  sender_info: v.optional(v.never("only for canister signatures, which are not supported")),
};
const canisterMethod = {
  canister_id: PrincipalBytes,
  method_name: v.pipe(v.string(), v.maxLength(MAX_METHOD_NAME)),
  arg: Bytes,
};

const CallContentSchema = v.strictObject({ request_type: v.literal("call"), ...canisterMethod, ...common });
const QueryContentSchema = v.strictObject({ request_type: v.literal("query"), ...canisterMethod, ...common });
const ReadStateContentSchema = v.strictObject({
  request_type: v.literal("read_state"),
  paths: v.pipe(
    v.array(v.pipe(v.array(Bytes), v.maxLength(MAX_LABELS, `more than ${MAX_LABELS} labels`))),
    v.maxLength(MAX_PATHS, `more than ${MAX_PATHS} paths`),
  ),
  ...common,
});

export const RequestContentSchema = v.variant("request_type", [
  CallContentSchema,
  QueryContentSchema,
  ReadStateContentSchema,
]);

/** What a request asks for. Times are nanoseconds since the Unix epoch. */
export type CallContent = v.InferOutput<typeof CallContentSchema>;
export type QueryContent = v.InferOutput<typeof QueryContentSchema>;
export type ReadStateContent = v.InferOutput<typeof ReadStateContentSchema>;
export type RequestContent = CallContent | QueryContent | ReadStateContent;
