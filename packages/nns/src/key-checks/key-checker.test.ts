import assert from "node:assert/strict";
import { test } from "node:test";
import { CommitteeKey, type CommitteePublicKey, verifyCommitteeKey } from "@icos/certification";
import { silentLogger } from "@icos/system";
import { KeyChecker } from "./key-checker.ts";
import { KeyVerdicts } from "./verdicts.ts";

const [one, two] = [3, 4].map((byte): CommitteePublicKey => {
  const { publicKey, proofOfPossession } = CommitteeKey.fromSeed(Buffer.alloc(32, byte));
  return { publicKey, proofOfPossession };
});
assert.ok(one && two);
const swapped = { publicKey: one.publicKey, proofOfPossession: two.proofOfPossession };

void test("the process's verdicts are those of the verification itself", async () => {
  const checker = new KeyChecker(silentLogger);
  try {
    const infinity = Buffer.alloc(96);
    infinity[0] = 0xc0;
    const keys = [one, swapped, two, { ...one, publicKey: infinity }, { ...one, publicKey: new Uint8Array() }];
    assert.deepEqual(
      keys.map((key) => checker.knows(key)),
      keys.map(() => false),
    );
    await Promise.all(keys.map((key) => checker.check(key)));
    assert.deepEqual(
      keys.map((key) => [checker.knows(key), checker.verify(key)]),
      keys.map((key) => [true, verifyCommitteeKey(key)]),
    );
  } finally {
    checker.close();
  }
});

void test("who waits when it is closed gets no verdict, and the key is verified when it is needed", async () => {
  const checker = new KeyChecker(silentLogger);
  const waiting = checker.check(one);
  checker.close();
  await waiting;
  assert.equal(checker.knows(one), false);
  assert.deepEqual([checker.verify(one), checker.verify(swapped)], [true, false]);
  assert.deepEqual([checker.knows(one), checker.knows(swapped)], [true, true]);
});

void test("when the process cannot be started nobody waits for it, and the key is verified when it is needed", async () => {
  const checker = new KeyChecker(silentLogger);
  const node = process.execPath;
  process.execPath = "/nonexistent/node";
  try {
    await checker.check(one);
  } finally {
    process.execPath = node;
  }
  assert.deepEqual([checker.knows(one), checker.verify(one)], [false, true]);
});

void test("a key does not wait behind sixteen others", async () => {
  const checker = new KeyChecker(silentLogger);
  const key = (index: number): CommitteePublicKey => ({
    publicKey: Uint8Array.of(index),
    proofOfPossession: Buffer.alloc(48),
  });
  const waiting = Array.from({ length: 16 }, (_, index) => checker.check(key(index)));
  await checker.check(key(16));
  assert.deepEqual([checker.knows(key(16)), checker.knows(key(0))], [false, false]);
  checker.close();
  await Promise.all(waiting);
});

void test("verdicts of bytes that are divided otherwise are kept apart, and old ones are forgotten", () => {
  const verdicts = new KeyVerdicts();
  verdicts.set({ publicKey: Buffer.from("ab"), proofOfPossession: Buffer.from("c") }, true);
  assert.equal(verdicts.get({ publicKey: Buffer.from("a"), proofOfPossession: Buffer.from("bc") }), undefined);
  for (let index = 0; index < 256; index += 1) verdicts.set({ ...swapped, publicKey: Uint8Array.of(index, 1) }, false);
  assert.equal(verdicts.get({ publicKey: Buffer.from("ab"), proofOfPossession: Buffer.from("c") }), undefined);
  assert.equal(verdicts.get({ ...swapped, publicKey: Uint8Array.of(255, 1) }), false);
});
