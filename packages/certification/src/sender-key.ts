import { IcosError } from "@icos/system";
import { readUserPublicKey, type UserPublicKey } from "./user-public-key.ts";

/** Reads a key of a request; a key that cannot be used makes the request unauthenticated. */
export function readSenderKey(der: Uint8Array): UserPublicKey {
  try {
    return readUserPublicKey(der);
  } catch (cause) {
    throw unauthenticated(cause instanceof IcosError ? cause.message : "its key cannot be read", cause);
  }
}

export function unauthenticated(why: string, cause?: unknown): IcosError {
  return new IcosError("request-unauthenticated", `The request cannot be authenticated: ${why.replace(/\.$/u, "")}.`, {
    cause,
  });
}
