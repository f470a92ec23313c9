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
import { deflateSync } from "node:zlib";
const { version } = await import("node:process");
console.log(hash("sha256", "x").length, createServer === http.createServer, path.join("a", "b"), version);
console.log(["undici", "zlib", "webcrypto"].filter((part) => process.moduleLoadList.some((name) => name.includes(part))));
console.log(globalThis.crypto.getRandomValues(new Uint8Array(32)).some((byte) => byte > 0), deflateSync("x").length > 0);
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
    assert.equal(stdout.toString(), `64 true a/b ${process.version}\n[]\ntrue true\n`);
    // Imported as it is written, the same program loads it.
    const plain = await createExec().run([process.execPath, "--input-type=module"], { input: PROGRAM });
    assert.match(plain.stdout.toString(), /\n\[ 'undici', 'zlib', 'webcrypto' \]\n/);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
