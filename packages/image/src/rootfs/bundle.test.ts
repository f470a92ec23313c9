import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createExec } from "@icos/system";
import { bundleProgram } from "./bundle.ts";

const PROGRAM = `
import { hash } from "node:crypto";
import http, { createServer } from "node:http";
import * as path from "node:path";
const { version } = await import("node:process");
console.log(hash("sha256", "x").length, createServer === http.createServer, path.join("a", "b"), version);
console.log(process.moduleLoadList.some((name) => name.includes("undici")));
`;

void test("a bundle uses Node's modules without loading what it does not use, and its bytes do not change", async () => {
  const directory = await mkdtemp(join(tmpdir(), "bundle-"));
  try {
    await writeFile(join(directory, "program.js"), PROGRAM);
    const [one, two] = [await bundleProgram(directory, "program.js"), await bundleProgram(directory, "program.js")];
    assert.deepEqual(one, two);
    assert.deepEqual(one.sources, ["program.js"]);
    const bundle = join(directory, "bundle.mjs");
    await writeFile(bundle, one.code);
    const { stdout } = await createExec().run([process.execPath, bundle]);
    assert.equal(stdout.toString(), `64 true a/b ${process.version}\nfalse\n`);
    // Imported as it is written, the same program loads it.
    const plain = await createExec().run([process.execPath, "--input-type=module"], { input: PROGRAM });
    assert.match(plain.stdout.toString(), /\ntrue\n$/);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
