import assert from "node:assert/strict";
import { generateKeyPairSync, verify, createPublicKey } from "node:crypto";
import { test } from "node:test";
import { Secp256k1KeyIdentity } from "@icp-sdk/core/identity/secp256k1";
import { IcosError } from "@icos/system";
import { operatorSigner } from "./operator-key.ts";

const secp256k1 = () => generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey;
const text = (pem: string | Buffer): string => pem.toString();

void test("the operator's principal is the one that other clients derive from the same PEM", () => {
  const key = secp256k1();
  const sec1 = text(key.export({ type: "sec1", format: "pem" }));
  const signer = operatorSigner(sec1, "operator.pem");
  const identity = Secp256k1KeyIdentity.fromPem(sec1);
  assert.equal(signer.principal.toText(), identity.getPrincipal().toText());
  assert.deepEqual(Buffer.from(signer.publicKey), Buffer.from(identity.getPublicKey().toDer()));
  const others = [
    text(key.export({ type: "pkcs8", format: "pem" })),
    `-----BEGIN EC PARAMETERS-----\nBgUrgQQACg==\n-----END EC PARAMETERS-----\n${sec1}`,
  ];
  for (const pem of others) assert.equal(operatorSigner(pem, "").principal.toText(), signer.principal.toText());
});

void test("signatures verify, are 64 bytes and have the low s that the network accepts", () => {
  const key = secp256k1();
  const signer = operatorSigner(text(key.export({ type: "pkcs8", format: "pem" })), "operator.pem");
  for (let round = 0; round < 32; round += 1) {
    const message = Buffer.from([round]);
    const signature = signer.sign(message);
    assert.equal(signature.length, 64);
    assert.ok((signature[32] ?? 255) < 0x80, "s is in the lower half");
    assert.ok(verify("sha256", message, { key: createPublicKey(key), dsaEncoding: "ieee-p1363" }, signature));
  }
});

void test("another kind of key is refused by the file's name, without its content", () => {
  const wrong = [
    generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }),
    generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey.export({ type: "sec1", format: "pem" }),
    "-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0\n-----END EC PRIVATE KEY-----\n",
    "",
  ];
  for (const pem of wrong) {
    assert.throws(
      () => operatorSigner(text(pem), "operator.pem"),
      (error) => error instanceof IcosError && error.code === "operator-key-invalid" && !error.message.includes("c2Vj"),
    );
  }
});
