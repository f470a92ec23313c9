import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  createCertificateVerifier,
  encodeUnsignedLeb128,
  fork,
  type HashTree,
  labeled,
  leaf,
  Principal,
  pruned,
  ThresholdKey,
} from "@icos/certification";
import { CertifiedResponseSchema } from "../transport.ts";
import {
  CertifiedDeltas,
  encodedVersion,
  hashTreeToProtobuf,
  MAX_VERSION_BYTES,
  RegistryHistory,
  type RegistryVersion,
  verifyCertifiedDelta,
} from "../index.ts";
import { certify, ROOT } from "../../test/certify.ts";
import { versionLabel } from "./version-tree.ts";

const verifier = createCertificateVerifier({ rootKey: ROOT.publicKey.der });
const version = (number: number, size = 1): RegistryVersion => ({
  version: number,
  time: BigInt(number),
  changes: [
    { key: "a", value: undefined },
    { key: "b", value: new Uint8Array(size).fill(number) },
  ],
});

function registry(count: number, size = 1): { deltas: CertifiedDeltas; versions: RegistryVersion[] } {
  const history = new RegistryHistory();
  const versions = Array.from({ length: count }, (_, index) => version(index + 1, size));
  for (const next of versions) history.append(next);
  return { deltas: new CertifiedDeltas(history), versions };
}

void test("what was committed comes back, from any version on, with the certified time", () => {
  const { deltas, versions } = registry(5);
  const certificate = certify(deltas.certifiedData, 77n);
  for (let since = 0; since <= 5; since++) {
    const delta = verifyCertifiedDelta(deltas.changesSince(since, certificate), verifier, since);
    assert.deepEqual(delta, { versions: versions.slice(since), currentVersion: 5, time: 77n });
  }
  assert.equal(verifyCertifiedDelta(deltas.latestVersion(certificate), verifier, 5).currentVersion, 5);
  // Who asks from beyond the latest gets nothing new.
  assert.deepEqual(verifyCertifiedDelta(deltas.changesSince(9, certificate), verifier, 9).versions, []);
});

void test("an empty registry certifies version 0", () => {
  const { deltas } = registry(0);
  const answer = deltas.changesSince(0, certify(deltas.certifiedData));
  assert.deepEqual(verifyCertifiedDelta(answer, verifier, 0), { versions: [], currentVersion: 0, time: 5n });
});

void test("a reply has 1000 versions at most, and the rest comes after", () => {
  const { deltas } = registry(1003);
  const certificate = certify(deltas.certifiedData);
  const first = verifyCertifiedDelta(deltas.changesSince(0, certificate), verifier, 0);
  assert.deepEqual([first.versions.length, first.currentVersion], [1000, 1003]);
  const rest = verifyCertifiedDelta(deltas.changesSince(1000, certificate), verifier, 1000);
  assert.deepEqual(
    rest.versions.map((next) => next.version),
    [1001, 1002, 1003],
  );
});

void test("a reply is bounded in size, but has one version at least", () => {
  const { deltas } = registry(4, MAX_VERSION_BYTES / 2);
  const certificate = certify(deltas.certifiedData);
  const answer = deltas.changesSince(1, certificate);
  assert.ok(answer.length < MAX_VERSION_BYTES + 10_000);
  assert.deepEqual(
    verifyCertifiedDelta(answer, verifier, 1).versions.map((next) => next.version),
    [2],
  );
});

void test("one answer is made once for a version of the registry", () => {
  const { deltas } = registry(3);
  const [one, two] = [Buffer.alloc(3, 1), Buffer.alloc(3, 2)];
  const answers = [deltas.changesSince(1, one), deltas.changesSince(1, two)];
  assert.deepEqual(
    answers.map((answer) => Buffer.from(answer.subarray(-3))),
    [one, two],
  );
  assert.deepEqual(answers[0]?.subarray(0, -3), answers[1]?.subarray(0, -3));
});

const current = (number: number): HashTree => labeled("current_version", leaf(encodeUnsignedLeb128(BigInt(number))));
const entry = (number: number, content = encodedVersion(version(number))): HashTree =>
  labeled(versionLabel(number), leaf(content));
const delta = (...entries: [HashTree, ...HashTree[]]): HashTree =>
  labeled(
    "delta",
    entries.reduce((a, b) => fork(a, b)),
  );
const response = (tree: HashTree, certificate = certify(tree.digest)): Uint8Array =>
  toBinary(
    CertifiedResponseSchema,
    create(CertifiedResponseSchema, { hashTree: hashTreeToProtobuf(tree), certificate }),
  );
const empty = toBinary(CertifiedResponseSchema, create(CertifiedResponseSchema, {}));
const good = fork(current(2), delta(entry(1), entry(2)));
const otherCanister = Principal.fromText("ryjl3-tyaaa-aaaaa-aaaba-cai");

for (const [what, code, bytes] of [
  ["is not protobuf", "registry-record-malformed", Buffer.from([0x0a, 9])],
  ["has no tree", "hash-tree-malformed", empty],
  [
    "is certified by another key",
    "certificate-signature",
    response(good, certify(good.digest, 5n, undefined, ThresholdKey.fromSeed(Buffer.alloc(32, 8)))),
  ],
  [
    "is certified for another canister",
    "registry-answer-uncertified",
    response(good, certify(good.digest, 5n, otherCanister)),
  ],
  ["is not what is certified", "registry-answer-uncertified", response(good, certify(current(2).digest))],
  ["has no current version", "registry-answer-malformed", response(delta(entry(1)))],
  [
    "has a pruned current version",
    "registry-answer-malformed",
    response(fork(labeled("current_version", pruned(Buffer.alloc(32))), delta(entry(1)))),
  ],
  [
    "has a current version that is no number",
    "leb128-malformed",
    response(fork(labeled("current_version", leaf(Buffer.alloc(0))), delta(entry(1)))),
  ],
  ["does not begin with the next version", "registry-answer-incomplete", response(fork(current(2), delta(entry(2))))],
  ["leaves a version out", "registry-answer-incomplete", response(fork(current(3), delta(entry(1), entry(3))))],
  [
    "has nothing although there is something",
    "registry-answer-incomplete",
    response(fork(current(1), pruned(Buffer.alloc(32)))),
  ],
  [
    "has a version after the current",
    "registry-answer-incomplete",
    response(fork(current(1), delta(entry(1), entry(2)))),
  ],
  [
    "has a label of another length",
    "registry-answer-incomplete",
    response(fork(current(1), delta(labeled("1", leaf(encodedVersion(version(1))))))),
  ],
  [
    "has a version that is pruned",
    "registry-answer-malformed",
    response(fork(current(1), delta(labeled(versionLabel(1), pruned(Buffer.alloc(32)))))),
  ],
  [
    "has a version that changes nothing",
    "registry-answer-malformed",
    response(fork(current(1), delta(entry(1, new Uint8Array())))),
  ],
  [
    "has a version that is not protobuf",
    "registry-record-malformed",
    response(fork(current(1), delta(entry(1, Buffer.from([0x0a, 9]))))),
  ],
  [
    "has a change of an unknown type",
    "registry-answer-malformed",
    response(fork(current(1), delta(entry(1, Buffer.from([0x0a, 2, 0x08, 9]))))),
  ],
] as const) {
  void test(`an answer that ${what} is refused: ${code}`, () => {
    assert.throws(() => verifyCertifiedDelta(bytes, verifier, 0), { code });
  });
}

void test("an answer that ends before the current version is good", () => {
  const tree = fork(current(9), delta(entry(1), entry(2)));
  const result = verifyCertifiedDelta(response(tree), verifier, 0);
  assert.deepEqual([result.versions.length, result.currentVersion], [2, 9]);
});
