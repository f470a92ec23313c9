import { hash } from "node:crypto";
import { Principal } from "@icp-sdk/core/principal";

export { Principal };

/** The principal of the holder of a DER public key: SHA-224 of the key, then the byte 2. */
export function selfAuthenticating(publicKeyDer: Uint8Array): Principal {
  const bytes = new Uint8Array(29);
  bytes.set(hash("sha224", publicKeyDer, "buffer"));
  bytes[28] = 2;
  return Principal.fromUint8Array(bytes);
}
