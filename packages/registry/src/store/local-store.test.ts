import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { Principal } from "@icos/certification";
import {
  getNodeIds,
  getNodeRecord,
  getSubnetIds,
  type KeyChange,
  LocalStore,
  RegistryClient,
  versionPath,
} from "../index.ts";
import { unsyncedFiles } from "../../test/follow.ts";

async function inStore(work: (store: LocalStore) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "icos-store-"));
  try {
    await work(new LocalStore(directory, unsyncedFiles));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const change = (text: string): KeyChange[] => [{ key: "key", value: Buffer.from(text) }];
/** By hand: ChangelogEntry { KeyMutation { "k", "v", SET }, KeyMutation { "d", UNSET } }. */
const BY_HAND = Buffer.from("0a080a016b12017618010a050a01641802", "hex");

async function put(store: LocalStore, path: string, bytes: Uint8Array): Promise<void> {
  const file = join(store.directory, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, bytes);
}

void test("a version's file is its number in 16 hex digits, split 10/2/2/2", () => {
  assert.equal(versionPath(1), "0000000000/00/00/01.pb");
  assert.equal(versionPath(0x1_23_45_67), "0000000001/23/45/67.pb");
  assert.equal(versionPath(2 ** 52), "0010000000/00/00/00.pb");
});

void test("a store that was written by hand is read, and one that is written has the same bytes", async () => {
  await inStore(async (store) => {
    await put(store, "0000000000/00/00/01.pb", BY_HAND);
    const changes = [
      { key: "k", value: Uint8Array.from(Buffer.from("v")) },
      { key: "d", value: undefined },
    ];
    const read = store.read(1);
    assert.deepEqual(
      read?.map(({ key, value }) => ({ key, value: value && Uint8Array.from(value) })),
      changes,
    );
    await store.append(2, changes);
    assert.deepEqual(await readFile(join(store.directory, "0000000000/00/00/02.pb")), BY_HAND);
  });
});

void test("a directory that was written by hand is a registry", async () => {
  await inStore(async (store) => {
    const files = {
      // subnet_list := SubnetListRecord { subnets: [2 bytes 0x0102] }; node_record_aaaaa-aa := NodeRecord { ssh…: ["k"] }
      "0000000000/00/00/01.pb":
        "0a15 0a0b 7375626e65745f6c697374 1204 12020102 1801" +
        "0a1e 0a14 6e6f64655f7265636f72645f61616161612d6161 1204 aa01016b 1801",
      // node_record_aaaaa-aa unset
      "0000000000/00/00/02.pb": "0a18 0a14 6e6f64655f7265636f72645f61616161612d6161 1802",
      // and set again, to an empty record
      "0000000000/00/00/03.pb": "0a18 0a14 6e6f64655f7265636f72645f61616161612d6161 1801",
      "0000000000/00/00/05.pb": "0a08 0a016b 120176 1801",
    };
    for (const [path, hex] of Object.entries(files))
      await put(store, path, Buffer.from(hex.replaceAll(" ", ""), "hex"));
    const client = new RegistryClient(store);
    assert.equal(await client.pollOnce(), 3);
    const management = Principal.managementCanister();
    assert.deepEqual(getNodeRecord(client, management, 1)?.sshNodeStateWriteAccess, ["k"]);
    assert.equal(getNodeRecord(client, management, 2), undefined);
    assert.deepEqual(getNodeRecord(client, management, 3)?.sshNodeStateWriteAccess, []);
    assert.deepEqual(getNodeIds(client, 3).map(String), ["aaaaa-aa"]);
    assert.deepEqual(
      getSubnetIds(client, 3).map((id) => id.toHex()),
      ["0102"],
    );
  });
});

void test("versions across the borders of directories come back in order, and no more files are left", async () => {
  await inStore(async (store) => {
    for (let version = 1; version <= 258; version++) await store.append(version, change(`${version}`));
    const client = new RegistryClient(store);
    assert.equal(await client.pollOnce(), 258);
    assert.equal(Buffer.from(client.value("key", 256) ?? []).toString(), "256");
    assert.deepEqual(await readdir(store.directory), ["0000000000"]);
    assert.equal((await readdir(join(store.directory, "0000000000/00/01"))).length, 3);
    assert.deepEqual(await store.inspect(), { readable: 258, problems: [] });
  });
});

void test("a version is stored only after the one before, and may be stored again", async () => {
  await inStore(async (store) => {
    for (const version of [2, 0]) await assert.rejects(store.append(version, change("x")), { code: "local-store-gap" });
    await assert.rejects(store.append(1, []), { code: "local-store-entry" });
    await store.append(1, change("one"));
    await store.append(1, change("other"));
    assert.equal(Buffer.from(store.read(1)?.[0]?.value ?? []).toString(), "other");
  });
});

for (const [what, code, bytes] of [
  ["is empty", "local-store-entry", Buffer.alloc(0)],
  ["is cut off", "local-store-entry", BY_HAND.subarray(0, 7)],
  ["unsets a key with a value", "local-store-entry", Buffer.from("0a080a01641201761802", "hex")],
  ["does neither to a key", "local-store-entry", Buffer.from("0a060a016b120176", "hex")],
] as const) {
  void test(`a file that ${what} is damage: reported, and cut off with what follows`, async () => {
    await inStore(async (store) => {
      for (const version of [1, 2, 3]) await store.append(version, change("x"));
      await put(store, versionPath(2), bytes);
      assert.throws(() => store.read(2), { code });
      const { readable, problems } = await store.inspect();
      assert.deepEqual([readable, problems.length], [1, 2]);
      await store.truncate(readable);
      assert.deepEqual(await store.inspect(), { readable: 1, problems: [] });
    });
  });
}

void test("a missing file ends what is read; what comes after it is damage", async () => {
  await inStore(async (store) => {
    for (const version of [1, 2, 3]) await store.append(version, change("x"));
    await rm(join(store.directory, versionPath(2)));
    assert.equal(await new RegistryClient(store).pollOnce(), 1);
    const { readable, problems } = await store.inspect();
    assert.deepEqual([readable, problems.length], [1, 1]);
    assert.match(problems[0] ?? "", /version 2, which is missing/);
  });
});

void test("clearing removes the versions and leaves files beside them", async () => {
  await inStore(async (store) => {
    await store.append(1, change("x"));
    await writeFile(join(store.directory, "note"), "");
    await store.clear();
    assert.deepEqual(await readdir(store.directory), ["note"]);
    assert.deepEqual(await store.inspect(), { readable: 0, problems: [] });
  });
});

void test("a client knows no version later than its latest", async () => {
  await inStore(async (store) => {
    const client = new RegistryClient(store);
    assert.deepEqual([await client.pollOnce(), client.keys("", 0)], [0, []]);
    assert.throws(() => client.value("key", 1), { code: "registry-version-unknown" });
    await store.append(1, change("one"));
    assert.equal(client.latestVersion(), 0);
    assert.equal(await client.pollOnce(), 1);
    assert.equal(client.entry("key", 1)?.version, 1);
  });
});
