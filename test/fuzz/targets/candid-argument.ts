import { decodeArgument } from "../../../packages/nns/src/candid/message.ts";
import { METHOD_CODECS } from "../../../packages/nns/src/candid/methods.ts";
import { unlessRefused } from "../harness/refusal.ts";

const CODECS = Object.values(METHOD_CODECS);

/** The argument of every mutation; the first byte chooses. */
export function fuzz(data: Uint8Array): void {
  const codec = CODECS[(data[0] ?? 0) % CODECS.length];
  if (codec) unlessRefused(() => decodeArgument<unknown>(codec.payload, data.subarray(1)));
}
