import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { ChainKeyConfigSchema, EcdsaCurve, type KeyConfigSchema, SchnorrAlgorithm, VetKdCurve } from "../index.ts";
import { changeSubnet, populated, violations } from "../../test/violations.ts";

type KeyInit = MessageInitShape<typeof KeyConfigSchema>;
const ecdsa = (name: string, curve: EcdsaCurve = EcdsaCurve.SECP256K1): KeyInit => ({
  keyId: { keyId: { case: "ecdsa", value: { curve, name } } },
  maxQueueSize: 20,
  preSignaturesToCreateInAdvance: 5,
});
const schnorr: KeyInit = {
  keyId: { keyId: { case: "schnorr", value: { algorithm: SchnorrAlgorithm.ED25519, name: "k" } } },
  maxQueueSize: 20,
  preSignaturesToCreateInAdvance: 5,
};
const vetkd: KeyInit = {
  keyId: { keyId: { case: "vetkd", value: { curve: VetKdCurve.BLS12_381_G2, name: "k" } } },
  maxQueueSize: 20,
};

for (const [what, keys, problem] of [
  ["two keys", [ecdsa("a"), ecdsa("b"), vetkd], undefined],
  ["a key twice", [ecdsa("a"), ecdsa("a")], /configures the chain key ecdsa:Secp256k1:a twice/],
  ["no presignatures", [{ ...ecdsa("a"), preSignaturesToCreateInAdvance: 0 }], /no pre_signatures/],
  ["presignatures left out", [{ ...ecdsa("a"), preSignaturesToCreateInAdvance: undefined }], /no pre_signatures/],
  ["no presignatures of a Schnorr key", [{ ...schnorr, preSignaturesToCreateInAdvance: 0 }], /no pre_signatures/],
  ["a key of each scheme", [ecdsa("k"), schnorr, vetkd], undefined],
  ["no queue size", [{ ...vetkd, maxQueueSize: undefined }], /no max_queue_size/],
  ["no key id", [{ maxQueueSize: 1 }], /without a known scheme/],
  ["an unknown curve", [ecdsa("a", EcdsaCurve.UNSPECIFIED)], /without a known scheme/],
] as const satisfies readonly (readonly [string, readonly KeyInit[], RegExp | undefined])[]) {
  void test(`${what}: ${problem ? "refused" : "good"}`, () => {
    const { network, subnet } = populated();
    const chainKeyConfig = create(ChainKeyConfigSchema, { keyConfigs: [...keys] });
    const found = violations(network, changeSubnet(network, subnet, { chainKeyConfig })).join();
    if (problem) assert.match(found, problem);
    assert.equal(found.startsWith("chain-key-config: "), problem !== undefined);
  });
}
