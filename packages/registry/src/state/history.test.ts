import assert from "node:assert/strict";
import { test } from "node:test";
import { RegistryHistory } from "../index.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

function history(): RegistryHistory {
  const history = new RegistryHistory();
  const versions = [
    [{ key: "node_record_a", value: bytes("1") }],
    [
      { key: "node_record_b", value: bytes("2") },
      { key: "x", value: bytes("x") },
    ],
    [{ key: "node_record_a", value: undefined }],
    [{ key: "node_record_a", value: bytes("4") }],
  ];
  for (const [index, changes] of versions.entries()) {
    history.append({ version: index + 1, time: BigInt(index), changes });
  }
  return history;
}

void test("a key has its value at each version, absent before, between and after", () => {
  const registry = history();
  const values = [0, 1, 2, 3, 4].map((version) =>
    Buffer.from(registry.value("node_record_a", version) ?? []).toString(),
  );
  assert.deepEqual(values, ["", "1", "1", "", "4"]);
  assert.deepEqual(
    [registry.entry("node_record_a", 3)?.version, registry.entry("node_record_a", 3)?.value],
    [3, undefined],
  );
  assert.equal(registry.entry("node_record_a", 0), undefined);
  assert.equal(registry.keyHistory("node_record_a").length, 3);
});

void test("families of keys are those of the version", () => {
  const registry = history();
  const at = (version: number): string[] => registry.keys("node_record_", version);
  assert.deepEqual(
    [1, 2, 3, 4].map((version) => at(version).length),
    [1, 2, 1, 2],
  );
  assert.deepEqual(registry.keys("node_record_b"), ["node_record_b"]);
  assert.deepEqual(registry.keys(""), ["node_record_a", "node_record_b", "x"]);
});

void test("changes since a version come in order, as many as wanted, and no version may be left out", () => {
  const registry = history();
  assert.deepEqual(
    registry.since(1, 2).map(({ version }) => version),
    [2, 3],
  );
  assert.deepEqual(registry.since(4), []);
  assert.throws(() => registry.append({ version: 6, time: 0n, changes: [] }), { code: "registry-version-gap" });
});
