import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  CERTIFIED_TIME_FILE,
  decodeDelta,
  encodeDelta,
  LocalStore,
  readCertifiedTime,
  type StoredVersion,
  writeCertifiedTime,
} from "../index.ts";
import { unsyncedFiles } from "../../test/follow.ts";

/** By hand: `Delta { registry_version: 300, changelog: [{ "k" := "v" }, { "d" removed; "e" := "" }] }`. */
const BY_HAND = Buffer.from(
  [
    "08ac02", // field 1, varint 300
    "120a", // field 2, 10 bytes: an entry
    "0a08 0a016b 120176 1801", // its field 1, 8 bytes: key "k", value "v", SET
    "120e", // field 2, 14 bytes: an entry
    "0a05 0a0164 1802", // key "d", UNSET
    "0a05 0a0165 1801", // key "e", SET, and no value: the empty one
  ]
    .join("")
    .replaceAll(" ", ""),
  "hex",
);
const VERSIONS: StoredVersion[] = [
  { version: 301, changes: [{ key: "k", value: Buffer.from("v") }] },
  {
    version: 302,
    changes: [
      { key: "d", value: undefined },
      { key: "e", value: Buffer.alloc(0) },
    ],
  },
];

const text = (versions: readonly StoredVersion[]): unknown =>
  versions.map(({ version, changes }) => [
    version,
    ...changes.map(({ key, value }) => `${key}=${value && Buffer.from(value).toString()}`),
  ]);
const decode = async (bytes: Uint8Array, size = bytes.length): Promise<StoredVersion[]> => {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    bytes.subarray(at * size, (at + 1) * size),
  );
  return Array.fromAsync(decodeDelta(pieces));
};
const encode = async (since: number, versions: readonly StoredVersion[]): Promise<Buffer> =>
  Buffer.concat(await Array.fromAsync(encodeDelta(since, versions)));

void test("a delta that was written by hand is read in pieces of any size, and written with the same bytes", async () => {
  for (const size of [1, 2, 7, 1000]) assert.deepEqual(text(await decode(BY_HAND, size)), text(VERSIONS));
  assert.deepEqual(await encode(300, VERSIONS), BY_HAND);
});

void test("a delta from the empty registry has no registry version, and fields of later formats are skipped", async () => {
  const [first] = VERSIONS;
  assert.ok(first);
  const bytes = await encode(0, [{ ...first, version: 1 }]);
  assert.equal(bytes.toString("hex"), "120a0a080a016b1201761801");
  const unknown = Buffer.from("18052201612501020304290102030405060708", "hex");
  assert.deepEqual(
    (await decode(Buffer.concat([unknown, bytes, unknown]))).map(({ version }) => version),
    [1],
  );
});

for (const [what, hex, message] of [
  ["is cut off in a version", BY_HAND.toString("hex").slice(0, -2), /at byte 30, 14 bytes are announced/],
  ["is cut off in a number", "08ac", /at byte 0/],
  ["names its version late", "120a0a080a016b120176180108ac02", /does not come first/],
  ["names its version twice", "080108ac02", /does not come first/],
  ["has a number as changelog", "1005", /a changelog entry is a number/],
  ["has a text as version", "0a0101", /is not a number/],
  ["announces more than a version can have", "12ffffffff0f", /has 4294967295 bytes/],
  ["has a field of a group", "0b", /of a kind/],
  ["has an empty entry", "1200", /is empty/],
] as const) {
  void test(`a delta that ${what} is refused`, async () => {
    await assert.rejects(decode(Buffer.from(hex, "hex")), { message, code: /^local-store-(delta|entry)$/ });
  });
}

void test("a gap is not encoded", async () => {
  await assert.rejects(encode(299, VERSIONS), { code: "local-store-gap" });
});

void test("a store becomes a delta, and the delta the same store", async () => {
  const directory = await mkdtemp(join(tmpdir(), "icos-delta-"));
  try {
    const [one, other] = [
      new LocalStore(join(directory, "one"), unsyncedFiles),
      new LocalStore(join(directory, "other"), unsyncedFiles),
    ];
    await one.appendAll(VERSIONS.map(({ changes }, index) => ({ version: index + 1, changes })));
    await other.appendAll(await Array.fromAsync(decodeDelta(encodeDelta(0, one.readSince(0)))));
    assert.deepEqual(other.read(2), one.read(2));
    assert.deepEqual(await other.inspect(), { readable: 2, problems: [] });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

void test("the certified time is kept beside the versions, as older nodes of the network do", async () => {
  const directory = await mkdtemp(join(tmpdir(), "icos-time-"));
  try {
    assert.equal(await readCertifiedTime(directory), undefined);
    await writeCertifiedTime(directory, 1_700_000_000_000_000_001n);
    assert.equal(await readCertifiedTime(directory), 1_700_000_000_000_000_001n);
    const bytes = await readFile(join(directory, CERTIFIED_TIME_FILE));
    assert.equal(bytes.toString("hex"), "088180a8b1e39fe7cb17");
    await new LocalStore(directory).clear();
    assert.equal(await readCertifiedTime(directory), 1_700_000_000_000_000_001n);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
