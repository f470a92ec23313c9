import { Principal } from "@icp-sdk/core/principal";

export { Principal };

/** The principal of the holder of a DER public key: SHA-224 of the key, then the byte 2. */
export function selfAuthenticating(publicKeyDer: Uint8Array): Principal {
  return Principal.selfAuthenticating(publicKeyDer);
}
