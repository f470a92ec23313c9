import * as v from "valibot";
import { parseJson } from "@icos/system";
import { u32 } from "./command.ts";
import { messageText } from "./message-text.ts";

/** What a host gives back for a command that succeeded. */
export type Payload =
  | { readonly kind: "NoPayload" }
  | { readonly kind: "HostOSVsockVersion"; readonly version: ProtocolVersion }
  | { readonly kind: "HostOSVersion"; readonly version: string };

export interface ProtocolVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** Serde's `Result`: a payload, or why there is none. */
export type Response =
  | { readonly kind: "ok"; readonly payload: Payload }
  | { readonly kind: "error"; readonly message: string };

/** The version of upstream's protocol that this one speaks; `guest-health` is on top of it. */
export const PROTOCOL_VERSION: ProtocolVersion = { major: 1, minor: 0, patch: 0 };

/** The reason of an error that is none: the work goes on, and is waited for by who asks again. An extension of icos. */
export const STILL_RUNNING = "The command is still under way. Ask again to wait for it.";

export const NO_PAYLOAD: Payload = { kind: "NoPayload" };

const payloadSchema = v.union(
  [
    v.pipe(
      v.literal("NoPayload"),
      v.transform((): Payload => NO_PAYLOAD),
    ),
    v.pipe(
      v.strictObject({ HostOSVsockVersion: v.object({ major: u32, minor: u32, patch: u32 }) }),
      v.transform((value): Payload => ({ kind: "HostOSVsockVersion", version: value.HostOSVsockVersion })),
    ),
    v.pipe(
      v.strictObject({ HostOSVersion: v.string() }),
      v.transform((value): Payload => ({ kind: "HostOSVersion", version: value.HostOSVersion })),
    ),
  ],
  "is no payload that is known here",
);

const responseSchema = v.union(
  [
    v.pipe(
      v.strictObject({ Ok: payloadSchema }),
      v.transform((value): Response => ({ kind: "ok", payload: value.Ok })),
    ),
    v.pipe(
      v.strictObject({ Err: v.string() }),
      v.transform((value): Response => ({ kind: "error", message: value.Err })),
    ),
  ],
  "is neither Ok with a payload nor Err with a text",
);

/** `{"Ok":…}` or `{"Err":"…"}` in UTF-8, to the byte as upstream writes it. */
export function encodeResponse(response: Response): Buffer {
  const value = response.kind === "ok" ? { Ok: payloadToWire(response.payload) } : { Err: response.message };
  return Buffer.from(JSON.stringify(value));
}

function payloadToWire(payload: Payload): unknown {
  if (payload.kind === "NoPayload") return payload.kind;
  if (payload.kind === "HostOSVersion") return { [payload.kind]: payload.version };
  const { major, minor, patch } = payload.version;
  return { [payload.kind]: { major, minor, patch } };
}

/** Throws `vsock-response-invalid`. */
export function decodeResponse(bytes: Uint8Array): Response {
  const what = { code: "vsock-response-invalid", name: "The host's response" };
  return parseJson(responseSchema, messageText(bytes, what), what);
}
