import { test } from "node:test";
import assert from "node:assert/strict";
import { buildHashTree, type LabeledData } from "./labeled-data.ts";
import { decodeCbor, encodeCborUntagged } from "./cbor.ts";
import { hashTreeFromCbor, hashTreeToCbor } from "./hash-tree-cbor.ts";
import { lookup } from "./lookup.ts";
import { prune } from "./prune.ts";
import { emptyTree, fork, type HashTree, labeled, leaf } from "./hash-tree.ts";
import { utf8 } from "./bytes.ts";

const WHAT = { code: "test", name: "A tree" };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const decodeTree = (text: string): HashTree => hashTreeFromCbor(decodeCbor(Buffer.from(text, "hex"), WHAT));

// The worked example of the interface specification, section "Certification".
const EXAMPLE =
  "8301830183024161830183018302417882034568656c6c6f810083024179820345776f726c6483024162820344676f6f648301830241638100830241648203476d6f726e696e67";
const EXAMPLE_PRUNED =
  "83018301830241618301820458201b4feff9bef8131788b0c9dc6dbad6e81e524249c879e9f10f71ce3749f5a63883024179820345776f726c6483024162820458207b32ac0c6ba8ce35ac82c255fc7906f7fc130dab2a090f80fe12f9c2cae83ba6830182045820ec8324b8a1f1ac16bd2e806edba78006479c9877fed4eb464a25485465af601d830241648203476d6f726e696e67";
const EXAMPLE_ROOT = "eb5c5b2195e62d996b84c9bcc8259d19a83786a2f59e0878cec84c811f669aa0";

const exampleTree = (): HashTree =>
  fork(
    fork(
      labeled("a", fork(fork(labeled("x", leaf(utf8("hello"))), emptyTree()), labeled("y", leaf(utf8("world"))))),
      labeled("b", leaf(utf8("good"))),
    ),
    fork(labeled("c", emptyTree()), labeled("d", leaf(utf8("morning")))),
  );

void test("the example tree of the specification has its root hash and its encoding", () => {
  assert.equal(hex(exampleTree().digest), EXAMPLE_ROOT);
  assert.equal(hex(encodeCborUntagged(hashTreeToCbor(exampleTree()))), EXAMPLE);
  assert.equal(hex(decodeTree(EXAMPLE).digest), EXAMPLE_ROOT);
});

void test("pruning the example to its paths gives the specification's pruned tree", () => {
  const partial = prune(exampleTree(), [["a", "y"], ["ax"], ["d"]]);
  assert.equal(hex(partial.digest), EXAMPLE_ROOT);
  assert.equal(hex(encodeCborUntagged(hashTreeToCbor(partial))), EXAMPLE_PRUNED);
});

void test("lookups in the pruned example are what the specification lists", () => {
  const partial = decodeTree(EXAMPLE_PRUNED);
  const kinds = [["a", "a"], ["aa"], ["ax"], ["b"], ["bb"], ["e"]].map((path) => lookup(path, partial).kind);
  assert.deepEqual(kinds, ["unknown", "absent", "absent", "unknown", "unknown", "absent"]);
  const found = lookup(["a", "y"], partial);
  assert.equal(found.kind === "found" && hex(found.value), hex(utf8("world")));
  const morning = lookup(["d"], partial);
  assert.equal(morning.kind === "found" && hex(morning.value), hex(utf8("morning")));
});

void test("a path that ends above the values has no value, and an empty part has none for certain", () => {
  assert.equal(lookup(["a"], exampleTree()).kind, "unknown");
  assert.equal(lookup(["c"], exampleTree()).kind, "absent");
  assert.equal(lookup(["c", "deeper"], exampleTree()).kind, "absent");
  assert.equal(lookup(["d", "deeper"], exampleTree()).kind, "absent");
});

void test("a tree built from labelled data does not depend on the order of the labels", () => {
  const parts: [string, LabeledData][] = [
    ["time", utf8("1")],
    ["canister", new Map([["b", utf8("2")]])],
    ["empty", new Map<string, LabeledData>()],
  ];
  const tree = buildHashTree(new Map(parts));
  assert.equal(hex(buildHashTree(new Map(parts.toReversed())).digest), hex(tree.digest));
  const value = lookup(["canister", "b"], tree);
  assert.equal(value.kind === "found" && hex(value.value), hex(utf8("2")));
});

void test("a label that comes twice is refused", () => {
  const twice = new Map<string | Uint8Array, LabeledData>([
    ["a", utf8("1")],
    [utf8("a"), utf8("2")],
  ]);
  assert.throws(() => buildHashTree(twice), { code: "label-repeated" });
});

for (const [why, tree] of [
  ["labels out of order", [1, [2, utf8("b"), [0]], [2, utf8("a"), [0]]]],
  ["a repeated label", [1, [2, utf8("a"), [0]], [2, utf8("a"), [0]]]],
  ["a value beside a label", [1, [2, utf8("a"), [0]], [3, utf8("v")]]],
  ["labels out of order below a label", [2, utf8("z"), [1, [2, utf8("b"), [0]], [2, utf8("a"), [0]]]]],
  ["a short hash", [4, new Uint8Array(31)]],
  ["an unknown kind", [5]],
  ["a missing part", [1, [0]]],
  ["a label that is text", [2, "a", [0]]],
] as const) {
  void test(`a tree with ${why} is refused`, () => {
    assert.throws(() => hashTreeFromCbor(tree), { code: "hash-tree-malformed" });
  });
}
