import { createPrivateKey } from "node:crypto";
import type { SignIdentity } from "@icp-sdk/core/agent";
import { Secp256k1KeyIdentity } from "@icp-sdk/core/identity/secp256k1";
import { IcosError } from "@icos/system";

/**
 * The caller that a secp256k1 private key stands for (PEM, SEC 1 or PKCS #8), as upstream's operators have.
 * @throws IcosError `identity-unsupported`
 */
export function identityFromPem(pem: string): SignIdentity {
  let jwk;
  try {
    jwk = createPrivateKey(pem).export({ format: "jwk" });
  } catch (cause) {
    throw new IcosError("identity-unsupported", "The private key is not a PEM key that can be read.", { cause });
  }
  if (jwk.crv !== "secp256k1" || jwk.d === undefined) {
    throw new IcosError("identity-unsupported", "The private key is not a secp256k1 key.");
  }
  return Secp256k1KeyIdentity.fromSecretKey(Buffer.from(jwk.d, "base64url"));
}
