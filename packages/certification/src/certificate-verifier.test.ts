import { test } from "node:test";
import assert from "node:assert/strict";
import { type Certificate, encodeCertificate, stateRootMessage } from "./certificate.ts";
import { createCertificateVerifier } from "./certificate-verifier.ts";
import { encodeCanisterRanges } from "./canister-ranges.ts";
import { buildHashTree, type LabeledData } from "./labeled-data.ts";
import { encodeUnsignedLeb128 } from "./leb128.ts";
import { lookup } from "./lookup.ts";
import { Principal, selfAuthenticating } from "./principal.ts";
import { ThresholdKey } from "./threshold-key.ts";
import { utf8 } from "./bytes.ts";

const TIME = 1_700_000_000_000;
const root = ThresholdKey.fromSeed(Buffer.alloc(32, 1));
const subnet = ThresholdKey.fromSeed(Buffer.alloc(32, 2));
const subnetId = selfAuthenticating(subnet.publicKey.der);
const canister = Principal.fromText("rwlgt-iiaaa-aaaaa-aaaaa-cai");
const otherCanister = Principal.fromText("ryjl3-tyaaa-aaaaa-aaaba-cai");

const certify = (key: ThresholdKey, data: Map<string, LabeledData>, more: Partial<Certificate> = {}): Uint8Array => {
  const tree = buildHashTree(new Map([...data, ["time", encodeUnsignedLeb128(BigInt(TIME) * 1_000_000n)]]));
  return encodeCertificate({ tree, signature: key.sign(stateRootMessage(tree.digest)), ...more });
};
const delegation = (key: ThresholdKey, more: Partial<Certificate> = {}): Uint8Array => {
  const ranges = encodeCanisterRanges([{ start: canister, end: canister }]);
  return certify(
    key,
    new Map<string, LabeledData>([
      ["subnet", new Map([[subnetId.toUint8Array(), new Map([["public_key", subnet.publicKey.der]])]])],
      ["canister_ranges", new Map([[subnetId.toUint8Array(), new Map([[canister.toUint8Array(), ranges]])]])],
    ]),
    more,
  );
};
const DATA = new Map<string, LabeledData>([["data", utf8("value")]]);

void test("a certificate of the root subnet verifies, and its data can be looked up", () => {
  const verifier = createCertificateVerifier({ rootKey: root.publicKey.der });
  const { tree, time, subnetId: signer } = verifier.verify(certify(root, DATA), { canisterId: canister });
  assert.equal(time, BigInt(TIME) * 1_000_000n);
  assert.equal(signer, undefined);
  const value = lookup(["data"], tree);
  assert.equal(value.kind === "found" && Buffer.from(value.value).toString(), "value");
});

void test("a certificate that another key signed is refused", () => {
  const verifier = createCertificateVerifier({ rootKey: root.publicKey.der });
  assert.throws(() => verifier.verify(certify(subnet, DATA)), { code: "certificate-signature" });
});

void test("a certificate whose data was changed is refused", () => {
  const bytes = Buffer.from(certify(root, DATA));
  bytes.write("Value", bytes.indexOf("value"));
  const verifier = createCertificateVerifier({ rootKey: root.publicKey.der });
  assert.throws(() => verifier.verify(bytes), { code: "certificate-signature" });
});

void test("a delegated certificate is good for the canisters of the subnet and for no other", () => {
  const verifier = createCertificateVerifier({ rootKey: root.publicKey.der });
  const bytes = certify(subnet, DATA, { delegation: { subnetId, certificate: delegation(root) } });
  assert.equal(verifier.verify(bytes, { canisterId: canister }).subnetId?.toText(), subnetId.toText());
  assert.throws(() => verifier.verify(bytes, { canisterId: otherCanister }), { code: "certificate-canister" });
});

void test("a delegation that the root did not sign, or that rests on another, is refused", () => {
  const verifier = createCertificateVerifier({ rootKey: root.publicKey.der });
  const forged = certify(subnet, DATA, { delegation: { subnetId, certificate: delegation(subnet) } });
  assert.throws(() => verifier.verify(forged), { code: "certificate-signature" });
  const inner = { subnetId, certificate: delegation(root) };
  const nested = certify(subnet, DATA, {
    delegation: { subnetId, certificate: delegation(subnet, { delegation: inner }) },
  });
  assert.throws(() => verifier.verify(nested), { code: "certificate-delegation" });
});

void test("age counts only when it is asked for", () => {
  const verifier = createCertificateVerifier({ rootKey: root.publicKey.der });
  const bytes = certify(root, DATA);
  const at = (now: number) => ({ freshness: { now, maxAge: 300_000, maxFuture: 60_000 } });
  verifier.verify(bytes);
  verifier.verify(bytes, at(TIME + 300_000));
  assert.throws(() => verifier.verify(bytes, at(TIME + 300_001)), { code: "certificate-time" });
  verifier.verify(bytes, at(TIME - 60_000));
  assert.throws(() => verifier.verify(bytes, at(TIME - 60_001)), { code: "certificate-time" });
});

void test("a certificate is verified once: the second time gives the very same tree", () => {
  const verifier = createCertificateVerifier({ rootKey: root.publicKey.der, cacheSize: 1 });
  const [first, second] = [certify(root, DATA), certify(root, new Map())];
  const { tree } = verifier.verify(first);
  assert.equal(verifier.verify(Buffer.from(first)).tree, tree);
  verifier.verify(second); // takes the only place
  assert.notEqual(verifier.verify(first).tree, tree);
});

void test("what is not a certificate is refused, all wrong fields named", () => {
  const verifier = createCertificateVerifier({ rootKey: root.publicKey.der });
  assert.throws(() => verifier.verify(utf8("hello")), { code: "certificate-malformed" });
  assert.throws(() => verifier.verify(Buffer.from("a16474726565f6", "hex")), {
    code: "certificate-malformed",
    message: /tree: .*signature: /,
  });
});

void test("a root key in another form is refused", () => {
  const rootKey = root.publicKey.raw;
  assert.throws(() => createCertificateVerifier({ rootKey }), { code: "threshold-key-malformed" });
  const infinity = Buffer.from(root.publicKey.der);
  infinity.fill(0, 37);
  infinity[37] = 0xc0;
  assert.throws(() => createCertificateVerifier({ rootKey: infinity }), { code: "threshold-key-malformed" });
});
