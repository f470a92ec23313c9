import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeCborUntagged, type Principal } from "@icos/certification";
import {
  AlgorithmId,
  CatchUpPackageContentsSchema,
  type Mutation,
  PublicKeySchema,
  put,
  registryKey,
  remove,
} from "../index.ts";
import { thresholdKeyOfTranscript } from "../ni-dkg-transcript.ts";
import { NNS_SUBNET } from "../../test/network.ts";
import { changeSubnet, populated, violations, withRules } from "../../test/violations.ts";

const KEY = new Uint8Array(96).fill(5);
const transcript = (...coefficients: readonly Uint8Array[]): Uint8Array =>
  encodeCborUntagged({
    Groth20_Bls12_381: { public_coefficients: { coefficients }, receiver_data: new Map([[0, { rand_r: [] }]]) },
  });
const contents = (subnet: Principal, internalCspTranscript = transcript(KEY, new Uint8Array(96))): Mutation =>
  put("upsert", registryKey.catchUpPackageContents(subnet), CatchUpPackageContentsSchema, {
    initialNiDkgTranscriptHighThreshold: { internalCspTranscript },
  });
const key = (subnet: Principal, keyValue = KEY, algorithm: AlgorithmId = AlgorithmId.THRES_BLS12_381): Mutation =>
  put("upsert", registryKey.thresholdKey(subnet), PublicKeySchema, { keyValue, algorithm });

void test("a listed subnet's key is that of its high-threshold transcript", () => {
  const { network, subnet } = populated();
  assert.deepEqual(violations(network, key(subnet), contents(subnet)), []);
  for (const [change, problem] of [
    [[key(subnet)], /no catch-up package contents/],
    [[contents(subnet)], /no threshold key/],
    [[key(subnet, new Uint8Array(96)), contents(subnet)], /is not the key of the high-threshold transcript/],
    [[key(subnet, KEY, AlgorithmId.ED25519), contents(subnet)], /not a threshold BLS12-381 key/],
    [[key(subnet), contents(subnet, transcript())], /no high-threshold transcript/],
    [[key(subnet), contents(subnet, Buffer.from("ff", "hex"))], /no high-threshold transcript/],
  ] as const) {
    assert.match(violations(network, ...change).join(), problem);
    assert.match(violations(network, ...change).join(), /^subnet-keys: /);
  }
  network.write([key(subnet), contents(subnet)]);
  assert.match(violations(network, key(subnet, new Uint8Array(96))).join(), /is not the key of/);
  assert.match(violations(network, remove(registryKey.thresholdKey(subnet))).join(), /no threshold key/);
});

void test("a network may require them of every listed subnet", () => {
  const { network, subnet } = populated();
  const strict = withRules(network, { requireSubnetKeys: true });
  const again = changeSubnet(network, subnet, {});
  assert.equal(violations(strict, again).length, 2);
  assert.deepEqual(violations(strict, again, key(subnet), contents(subnet)), []);
  assert.deepEqual(violations(network, key(NNS_SUBNET)), []);
});

void test("the key is read from upstream's form of a transcript", () => {
  // Upstream's stability test data (bls12_381/tests/data/nidkg_transcript.hex) in its enum, with the data of its receivers cut off.
  const first =
    "a99ddd92951bfd1851b37a239b97d619175116802908857ccde906ad353b2da723a92e66042e208c5c887357939fd5741133aec6882252eb10b350b31d9628591f94c0299c212bafde2b7e1f6422201b99b7b3be17ce0bc6427284711317e2eb";
  const second =
    "aed9e67957685e0cff1a66e8a6faa4add604c7f2938f129dc6e17bd609d050d8a3006a41982f8d7eeffe49636f21fb3c0da2789b251f98b3864169366eb116c60a681f32dc76b76a6568923e43b378cd43fd5d734a7f776680b0da320478624a";
  const bytes = Buffer.from(
    `a17147726f746832305f426c7331325f333831a2737075626c69635f636f656666696369656e7473a16c636f656666696369656e7473825860${first}5860${second}6d72656365697665725f64617461a0`,
    "hex",
  );
  assert.equal(Buffer.from(thresholdKeyOfTranscript(bytes) ?? []).toString("hex"), first);
});
