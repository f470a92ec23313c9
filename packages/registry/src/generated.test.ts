import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { generateRecords } from "./programs/generate-records.ts";

const COMMITTED = join(import.meta.dirname, "generated");

async function contents(directory: string): Promise<Map<string, string>> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  const found = new Map<string, string>();
  for (const file of files.filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name);
    found.set(path.slice(directory.length), await readFile(path, "utf8"));
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

void test("the generated code is that of the .proto files", async () => {
  const directory = await mkdtemp(join(tmpdir(), "icos-proto-"));
  try {
    await generateRecords(promisify(execFile), directory);
    const made = await contents(join(directory, "src/generated"));
    assert.ok(made.size > 10);
    assert.deepEqual(made, await contents(COMMITTED));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
