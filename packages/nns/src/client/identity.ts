import { createPrivateKey } from "node:crypto";
import type { SignIdentity } from "@icp-sdk/core/agent";
import { Ed25519KeyIdentity } from "@icp-sdk/core/identity";
import { Secp256k1KeyIdentity } from "@icp-sdk/core/identity/secp256k1";
import { IcosError } from "@icos/system";

/**
 * The caller that a private key stands for (PEM, SEC 1 or PKCS #8): secp256k1, as upstream's operators have, or Ed25519,
 * as nodes have.
 * @throws IcosError `identity-unsupported`
 */
export function identityFromPem(pem: string): SignIdentity {
  let jwk;
  try {
    jwk = createPrivateKey(pem).export({ format: "jwk" });
  } catch (cause) {
    throw new IcosError("identity-unsupported", "The private key is not a PEM key that can be read.", { cause });
  }
  const secret = jwk.d === undefined ? undefined : Buffer.from(jwk.d, "base64url");
  if (secret && jwk.crv === "secp256k1") return Secp256k1KeyIdentity.fromSecretKey(secret);
  if (secret && jwk.crv === "Ed25519") return Ed25519KeyIdentity.fromSecretKey(secret);
  throw new IcosError("identity-unsupported", "The private key is neither a secp256k1 nor an Ed25519 key.");
}
