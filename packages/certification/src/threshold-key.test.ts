import { test } from "node:test";
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { bls12_381 as bls } from "@noble/curves/bls12-381.js";
import { CommitteeKey, verifyCommitteeKey, verifyCommitteeSignature } from "./committee-key.ts";
import { selfAuthenticating } from "./principal.ts";
import { thresholdKeyFromDer, thresholdKeyFromPem, thresholdKeyToDer, thresholdKeyToPem } from "./threshold-key-der.ts";
import { ThresholdKey } from "./threshold-key.ts";
import { readThresholdPublicKey } from "./threshold-public-key.ts";
import { utf8 } from "./bytes.ts";

const SEED = Buffer.alloc(32, 7);
const MESSAGE = utf8("message");

void test("a threshold key signs what its DER public key verifies, as the reference verification does", () => {
  const key = ThresholdKey.fromSeed(SEED);
  const signature = key.sign(MESSAGE);
  assert.equal(signature.length, 48);
  assert.equal(key.publicKey.der.length, 133);
  const read = readThresholdPublicKey(key.publicKey.der);
  assert.equal(read.verify(MESSAGE, signature), true);
  assert.equal(read.verify(utf8("other"), signature), false);
  const { shortSignatures } = bls;
  const point = bls.G1.Point.fromBytes(signature);
  const hashed = shortSignatures.hash(MESSAGE, "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_");
  assert.equal(shortSignatures.verify(point, hashed, key.publicKey.raw), true);
});

void test("a signature that is no point, of another length or the point at infinity does not verify", () => {
  const { publicKey } = ThresholdKey.fromSeed(SEED);
  const infinity = Buffer.alloc(48);
  infinity[0] = 0xc0;
  for (const signature of [new Uint8Array(48), new Uint8Array(47), infinity, Buffer.alloc(48, 0xff)]) {
    assert.equal(publicKey.verify(MESSAGE, signature), false);
  }
});

void test("the same seed gives the same key, and a short one is refused", () => {
  const [one, two] = [ThresholdKey.fromSeed(SEED), ThresholdKey.fromSeed(SEED)];
  assert.deepEqual(one.publicKey.raw, two.publicKey.raw);
  assert.notDeepEqual(ThresholdKey.generate().publicKey.raw, one.publicKey.raw);
  assert.throws(() => ThresholdKey.fromSeed(Buffer.alloc(31)), { code: "seed-too-short" });
});

void test("a key's secret does not show when the key is printed or serialised", () => {
  const key = ThresholdKey.fromSeed(SEED);
  for (const text of [inspect(key, { depth: 9, showHidden: true }), JSON.stringify(key)]) {
    assert.doesNotMatch(text, /scalar|secret":"?\w/i);
  }
});

void test("a committee key proves its possession, and the proof fits no other key", () => {
  const [one, two] = [CommitteeKey.fromSeed(SEED), CommitteeKey.fromSeed(Buffer.alloc(32, 8))];
  assert.deepEqual([one.publicKey.length, one.proofOfPossession.length], [96, 48]);
  assert.equal(verifyCommitteeKey(one), true);
  assert.equal(verifyCommitteeKey({ publicKey: two.publicKey, proofOfPossession: one.proofOfPossession }), false);
  assert.equal(verifyCommitteeKey({ publicKey: new Uint8Array(96), proofOfPossession: one.proofOfPossession }), false);
});

void test("a committee signature over the key's own bytes is no proof of possession", () => {
  const key = CommitteeKey.fromSeed(SEED);
  const signature = key.sign(key.publicKey);
  assert.equal(verifyCommitteeSignature(key.publicKey, key.publicKey, signature), true);
  assert.equal(verifyCommitteeKey({ publicKey: key.publicKey, proofOfPossession: signature }), false);
});

/** The root key of the main network, DER. */
const MAINNET =
  "308182301d060d2b0601040182dc7c0503010201060c2b0601040182dc7c05030201036100" +
  "814c0e6ec71fab583b08bd81373c255c3c371b2e84863c98a4f1e08b74235d14fb5d9c0cd546d9685f913a0c0b2cc5341583bf4b4392e467db96d65b9bb4cb717112f8472e0d5a4d14505ffd7484b01291091c5f87b98883463f98091a0baaae";

void test("the main network's key is read and written, and its subnet is the principal of it", () => {
  const der = Buffer.from(MAINNET, "hex");
  assert.equal(der.length, 133);
  const raw = thresholdKeyFromDer(der);
  assert.equal(Buffer.from(thresholdKeyToDer(raw)).toString("hex"), MAINNET);
  assert.deepEqual(readThresholdPublicKey(der).raw, raw);
  const id = "tdb26-jop6k-aogll-7ltgs-eruif-6kk7m-qpktf-gdiqx-mxtrf-vb5e6-eqe";
  assert.equal(selfAuthenticating(der).toText(), id);
  const otherOid = Buffer.from(der);
  otherOid[19] = 9;
  for (const wrong of [otherOid, der.subarray(1), Buffer.concat([der, der.subarray(0, 1)])])
    assert.throws(() => thresholdKeyFromDer(wrong), { code: "threshold-key-malformed" });
});

void test("a threshold key goes to PEM and back, and other PEM files are refused", () => {
  const { der } = ThresholdKey.fromSeed(SEED).publicKey;
  assert.deepEqual(Buffer.from(thresholdKeyFromPem(thresholdKeyToPem(der))), Buffer.from(der));
  for (const pem of [
    "",
    "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
    thresholdKeyToPem(der).slice(1),
  ]) {
    assert.throws(() => thresholdKeyFromPem(pem), { code: "threshold-key-malformed" });
  }
});
