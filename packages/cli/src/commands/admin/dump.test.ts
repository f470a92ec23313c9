import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { registryDumpSchema } from "@icos/nns";
import { testInit } from "../../../../nns/test/nns-fixture.ts";
import { parsePrinted } from "../../../test/published-schema.ts";
import { adminDumpSchema, adminLoadSchema } from "../../schemas/admin.ts";
import { parsed, testAdmin, type TestAdmin } from "./testing-admin.ts";

let registry: TestAdmin;

before(async () => {
  registry = await testAdmin();
});
after(() => registry[Symbol.asyncDispose]());

void test("dump writes what load puts into a directory with the same key", async () => {
  const { nns, directory, admin, read } = registry;
  const file = join(directory, "dump.json");
  const dumped = parsed(adminDumpSchema, await read("dump", "--out", file, "--json"));
  const text = await readFile(file, "utf8");
  assert.equal(parsePrinted(registryDumpSchema, text).latestVersion, dumped.version);
  assert.equal((await read("dump")).out.length, text.length);
  const data = join(directory, "data");
  const init = join(directory, "init.json");
  await writeFile(init, testInit());
  const load = ["load", file, "--directory", data, "--init", init];
  assert.match((await admin(...load)).err, /code: {2}load-key-missing/);
  await writeFile(join(data, "root_key.seed"), await readFile(join(nns.directory, "root_key.seed")), { mode: 0o600 });
  const loaded = parsed(adminLoadSchema, await admin(...load, "--json"));
  assert.deepEqual([loaded.version, loaded.certifiedData, loaded.backup], [dumped.version, dumped.certifiedData, null]);
  assert.equal((await admin("load", file)).code, 1, "no testnet");
});
