import assert from "node:assert/strict";
import { test } from "node:test";
import { createCertificateVerifier } from "@icos/certification";
import {
  CertifiedDeltas,
  completeVersion,
  decodeVersion,
  encodedVersion,
  LargeValue,
  MAX_CHANGES_BYTES,
  MAX_VERSION_BYTES,
  type RegistryVersion,
  RegistryHistory,
  replyBytes,
  sizeProblem,
  verifyCertifiedDelta,
  withLargeValues,
} from "../index.ts";
import { certify, ROOT } from "../../test/certify.ts";

const verifier = createCertificateVerifier({ rootKey: ROOT.publicKey.der });
const version = (number: number, ...values: readonly Uint8Array[]): RegistryVersion => ({
  version: number,
  time: 5n,
  changes: values.map((value, index) => ({ key: `key ${index}`, value })),
});
const large = Buffer.alloc(4_000_000, "all work and no play ");
const small = Buffer.alloc(9_999, 1);

function registry(...versions: readonly RegistryVersion[]) {
  const history = new RegistryHistory();
  const deltas = new CertifiedDeltas(history);
  for (const each of versions) {
    history.append(each);
    deltas.append(each);
  }
  const answer = (since: number) => deltas.changesSince(since, certify(deltas.certifiedData));
  return { history, deltas, answer };
}

const fetchChunk = (deltas: CertifiedDeltas) => async (sha256: Uint8Array) => deltas.chunk(sha256) ?? new Uint8Array();

void test("a version that does not fit into a reply names its large values by their chunks", async () => {
  const { deltas, answer, history } = registry(version(1, large, small));
  const { versions } = verifyCertifiedDelta(answer(0), verifier, 0);
  const [first, second] = versions[0]?.changes ?? [];
  assert.ok(first?.value instanceof LargeValue);
  assert.equal(first.value.chunks.length, 3);
  assert.deepEqual(Buffer.from(second?.value as Uint8Array), small);
  assert.deepEqual(
    first.value.chunks.map((key) => deltas.chunk(key)?.length),
    [1_800_000, 1_800_000, 400_000],
  );
  assert.equal(deltas.chunkKeys(1, "key 1"), undefined);
  assert.equal(deltas.chunk(new Uint8Array(32)), undefined);
  const whole = await withLargeValues(versions, { fetchChunk: fetchChunk(deltas) });
  assert.ok(large.equals(whole[0]?.changes[0]?.value ?? new Uint8Array()));
  assert.deepEqual(
    whole[0]?.changes.map(({ key }) => key),
    history.at(1)?.changes.map(({ key }) => key),
  );
});

void test("a chunk that is not what its hash says is refused", async () => {
  const { answer } = registry(version(1, large));
  const { versions } = verifyCertifiedDelta(answer(0), verifier, 0);
  const wrong = { fetchChunk: async () => Buffer.alloc(1_800_000) };
  await assert.rejects(withLargeValues(versions, wrong), { code: "registry-chunk-wrong" });
});

void test("a version that fits is certified whole, up to the limit", () => {
  // 100 bytes below the limit a version has no chunks yet; a value of 10 000 bytes alone never has.
  const overhead = completeVersion({ ...version(1, Buffer.alloc(1_000_000)), time: 0n }).length - 1_000_000;
  const last = MAX_VERSION_BYTES - 100 - overhead;
  assert.equal(registry(version(1, Buffer.alloc(last - 1))).deltas.chunkKeys(1, "key 0"), undefined);
  assert.equal(registry(version(1, Buffer.alloc(last))).deltas.chunkKeys(1, "key 0")?.length, 1);
  assert.equal(registry(version(1, Buffer.alloc(10_000))).deltas.chunkKeys(1, "key 0"), undefined);
});

void test("what fits neither whole nor in chunks is refused", () => {
  assert.equal(sizeProblem(version(1, large, large)), undefined);
  const many = Array.from({ length: 150 }, () => small);
  assert.match(sizeProblem(version(1, ...many)) ?? "", /1398101 bytes at most beside its large values/);
  assert.match(sizeProblem(version(1, Buffer.alloc(MAX_CHANGES_BYTES))) ?? "", /10485760 bytes at most/);
  assert.equal(sizeProblem(version(1, Buffer.alloc(MAX_CHANGES_BYTES - 100))), undefined);
});

void test("a reply has as many versions as fit, and at least one", () => {
  const half = Buffer.alloc(690_000);
  const versions = [1, 2, 3].map((number) => version(number, half));
  const { answer } = registry(...versions);
  assert.ok(2 * replyBytes(encodedVersion(version(1, half))) <= MAX_VERSION_BYTES);
  const shown = (since: number) => verifyCertifiedDelta(answer(since), verifier, since).versions.map((v) => v.version);
  assert.deepEqual([shown(0), shown(2), shown(3)], [[1, 2], [3], []]);
});

void test("the complete form has every value, the certified form of a large one is no complete form", () => {
  const kept = decodeVersion(1, completeVersion(version(1, large)));
  assert.ok(large.equals(kept.changes[0]?.value ?? new Uint8Array()));
  assert.throws(() => decodeVersion(1, encodedVersion(version(1, large))), { code: "registry-answer-malformed" });
});
