import { test } from "node:test";
import assert from "node:assert/strict";
import * as fc from "fast-check";
import { compareBytes, equalBytes } from "./bytes.ts";
import { decodeCbor, encodeCbor } from "./cbor.ts";
import { decodeCertificate } from "./certificate.ts";
import { decodeEnvelope } from "./envelope.ts";
import { flattenForks, leaf } from "./hash-tree.ts";
import { hashTreeFromCbor, hashTreeToCbor } from "./hash-tree-cbor.ts";
import { buildHashTree, type LabeledData } from "./labeled-data.ts";
import { LabelForest } from "./label-forest.ts";
import { lookup } from "./lookup.ts";
import { prune } from "./prune.ts";
import { IcosError } from "@icos/system";

const RUNS = { seed: 4711, numRuns: 300 };
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Short labels over few letters, so that prefixes and neighbours are frequent. */
const label = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 3 });
const path = fc.array(label, { maxLength: 3 });
const data: fc.Arbitrary<LabeledData> = fc.letrec<{ data: LabeledData }>((tie) => ({
  data: fc.oneof(
    { maxDepth: 3 },
    fc.uint8Array({ maxLength: 4 }),
    fc
      .uniqueArray(fc.tuple(label, tie("data")), { selector: ([name]) => name, maxLength: 5 })
      .map((parts) => new Map(parts)),
  ),
})).data;

void test("a pruned tree keeps the root hash, is well formed and answers the asked paths like the whole", () => {
  fc.assert(
    fc.property(data, fc.array(path, { maxLength: 4 }), (source, paths) => {
      const whole = buildHashTree(source);
      const part = prune(whole, paths);
      const received = hashTreeFromCbor(decodeCbor(encodeCbor(hashTreeToCbor(part)), { code: "test", name: "A tree" }));
      assert.equal(hex(received.digest), hex(whole.digest));
      for (const asked of paths) assert.deepEqual(lookup(asked, received), lookup(asked, whole));
    }),
    RUNS,
  );
});

void test("a pruned tree never says anything else than the whole about any path", () => {
  fc.assert(
    fc.property(data, fc.array(path, { maxLength: 3 }), path, (source, paths, other) => {
      const whole = buildHashTree(source);
      const answer = lookup(other, prune(whole, paths));
      if (answer.kind !== "unknown") assert.deepEqual(answer, lookup(other, whole));
    }),
    RUNS,
  );
});

void test("pruning twice gives what pruning to the smaller set gives", () => {
  fc.assert(
    fc.property(data, fc.array(path, { minLength: 1, maxLength: 3 }), path, (source, paths, one) => {
      const whole = buildHashTree(source);
      const twice = prune(prune(whole, [...paths, one]), [one]);
      assert.deepEqual(lookup(one, twice), lookup(one, whole));
      assert.equal(hex(twice.digest), hex(whole.digest));
    }),
    RUNS,
  );
});

void test("a forest holds what was put in, in order, whatever the order of changes", () => {
  const change = fc.tuple(fc.uint8Array({ maxLength: 3, max: 3 }), fc.option(fc.nat(9)));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      let forest = LabelForest.empty();
      const expected = new Map<string, number>();
      for (const [name, value] of changes) {
        forest = value === null ? forest.without(name) : forest.with(name, leaf(Uint8Array.of(value)));
        if (value === null) expected.delete(hex(name));
        else expected.set(hex(name), value);
      }
      const parts = flattenForks(forest.tree).map((part) => {
        assert.ok(part.kind === "labeled" && part.tree.kind === "leaf");
        return [part.label, part.tree.value[0]] as const;
      });
      const wanted = Array.from(expected, ([name, value]) => [Buffer.from(name, "hex"), value] as const);
      wanted.sort(([a], [b]) => compareBytes(a, b));
      assert.equal(parts.length, wanted.length);
      for (const [index, [name, value]] of wanted.entries()) {
        assert.ok(equalBytes(name, parts[index]?.[0] ?? Buffer.from("missing")));
        assert.equal(parts[index]?.[1], value);
      }
    }),
    RUNS,
  );
});

void test("arbitrary bytes and arbitrary CBOR are decoded or refused with an IcosError", () => {
  const decoders = [decodeEnvelope, decodeCertificate];
  const value = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.anything({ withBigInt: false, withTypedArray: false, withSet: false }).map((thing) => {
      try {
        return encodeCbor(thing);
      } catch {
        return new Uint8Array();
      }
    }),
    fc
      .letrec((tie) => ({
        tree: fc.oneof(
          { maxDepth: 6 },
          fc.tuple(fc.integer({ min: 0, max: 5 })),
          fc.tuple(fc.constantFrom(1, 2), tie("tree"), tie("tree")),
          fc.tuple(fc.constant(2), fc.uint8Array({ maxLength: 3 }), tie("tree")),
          fc.tuple(fc.constantFrom(3, 4), fc.uint8Array({ maxLength: 33 })),
        ),
      }))
      .tree.map((tree) => encodeCbor({ tree, signature: new Uint8Array(48) })),
  );
  fc.assert(
    fc.property(value, (bytes) => {
      for (const decode of decoders) {
        try {
          decode(bytes);
        } catch (error) {
          assert.ok(error instanceof IcosError, String(error));
        }
      }
    }),
    { ...RUNS, numRuns: 1000 },
  );
});
