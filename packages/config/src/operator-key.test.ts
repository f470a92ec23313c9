import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { readOperatorKey } from "./operator-key.ts";

const key = generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey;
const sec1 = key.export({ type: "sec1", format: "pem" });

void test("a secp256k1 key is read in either form, behind curve parameters, with any line ends", () => {
  const forms = [
    sec1,
    key.export({ type: "pkcs8", format: "pem" }),
    `-----BEGIN EC PARAMETERS-----\nBgUrgQQACg==\n-----END EC PARAMETERS-----\n${sec1}`,
    sec1.replaceAll("\n", "\r\n"),
  ];
  for (const pem of forms) {
    const reading = readOperatorKey(pem);
    assert.ok(reading.kind === "key" && reading.key.equals(key), pem.slice(0, 40));
  }
});

void test("what is no such key is refused with the reason, and without its content", () => {
  const pkcs8 = { type: "pkcs8", format: "pem" } as const;
  const cases: [string, RegExp][] = [
    ["", /no private key in PEM form/],
    ["c2VjcmV0", /no private key in PEM form/],
    ["-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0\n-----END EC PRIVATE KEY-----\n", /is no private key/],
    [sec1.slice(0, sec1.length / 2), /damaged or of another kind/],
    [generateKeyPairSync("ed25519").privateKey.export(pkcs8), /a key of type ed25519, not one on secp256k1/],
    [generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey.export(pkcs8), /key on prime256v1, not one/],
    [createPublicKey(key).export({ type: "spki", format: "pem" }), /something else/],
    [key.export({ ...pkcs8, cipher: "aes-256-cbc", passphrase: "x" }), /encrypted/],
    [key.export({ type: "sec1", format: "pem", cipher: "aes-256-cbc", passphrase: "x" }), /encrypted/],
  ];
  for (const [pem, why] of cases) {
    const reading = readOperatorKey(pem);
    assert.ok(reading.kind === "none");
    assert.match(reading.why, why);
    assert.doesNotMatch(reading.why, /c2Vj|MH/);
  }
});
