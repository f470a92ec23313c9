import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import { encodeCbor, fork, type HashTree, hashTreeToCbor, labeled, leaf, pruned } from "@icos/certification";
import { CertifiedDeltas, encodeChangesSinceRequest, encodedVersion, RegistryHistory } from "../index.ts";
import { CertifiedResponseSchema } from "../transport.ts";
import { hashTreeFromProtobuf } from "./mixed-hash-tree.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
const version = (number: number) => ({
  version: number,
  time: 5n,
  changes: [
    { key: "a", value: undefined },
    { key: "b", value: Buffer.from("v") },
  ],
});
const encoded = (tree: HashTree): string => hex(encodeCbor(hashTreeToCbor(tree)));
/** By hand: HighCapacityRegistryAtomicMutateRequest { DELETE "a"; UPSERT "b" := "v"; timestamp 5 } */
const ENCODED = bytes("0a05 0802 120161 0a08 0804 120162 1a0176 3005");

void test("a version is certified as a request of upserts and deletions with its time", () => {
  assert.equal(hex(encodedVersion(version(1))), hex(ENCODED));
  assert.equal(hex(encodeChangesSinceRequest(300)), "08ac02");
});

void test("the tree has the current version in LEB128 and each version under its number of eight bytes", () => {
  const history = new RegistryHistory();
  const deltas = new CertifiedDeltas(history);
  for (const number of [1, 2]) {
    history.append(version(number));
    deltas.append(version(number));
  }
  const entry = (number: number) => labeled(bytes(`000000000000000${number}`), leaf(ENCODED));
  const delta = labeled("delta", fork(entry(1), entry(2)));
  const byHand = fork(labeled("current_version", leaf(bytes("02"))), delta);
  assert.equal(hex(deltas.certifiedData), hex(byHand.digest));
  const shown = (since: number) => {
    const { hashTree, certificate } = fromBinary(CertifiedResponseSchema, deltas.changesSince(since, bytes("07")));
    assert.equal(hex(certificate), "07");
    return hashTreeFromProtobuf(hashTree);
  };
  const current = labeled("current_version", leaf(bytes("02")));
  const rest = fork(pruned(entry(1).digest), entry(2));
  assert.deepEqual(encoded(shown(0)), encoded(byHand));
  assert.deepEqual(encoded(shown(1)), encoded(fork(current, labeled("delta", rest))));
  // Whoever has everything is shown nothing of it but the hash.
  assert.deepEqual(encoded(shown(2)), encoded(fork(current, pruned(delta.digest))));
});
