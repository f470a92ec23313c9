import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { bundlePrograms, programCommand, type ResidentProgram } from "./resident-programs.ts";

/** Runs it with nothing to do. */
function start(name: ResidentProgram, directory?: string): Promise<{ status: string | number; said: string }> {
  const [node = "", ...args] = programCommand(name, directory);
  return new Promise((resolve) => {
    const child = execFile(node, args, (error, out, err) => resolve({ status: error?.code ?? 0, said: out + err }));
    child.stdin?.end();
  });
}

void test("a program says the same from its module as from its sources", async () => {
  const directory = await mkdtemp(join(tmpdir(), "icos-programs-"));
  try {
    await bundlePrograms(directory);
    assert.deepEqual((await readdir(directory)).sort(), ["govern.mjs", "nns.mjs", "services.mjs", "supervisor.mjs"]);
    const expected = {
      supervisor: /Usage: supervisor/,
      nns: /Usage: nns/,
      services: /ENOENT/,
      govern: /JSON/,
    };
    const same = async (name: ResidentProgram): Promise<void> => {
      const [bundled, source] = await Promise.all([start(name, directory), start(name)]);
      assert.match(bundled.said, expected[name]);
      assert.ok(bundled.status !== 0 && bundled.status === source.status, `${name} exited with ${bundled.status}`);
    };
    await Promise.all((["supervisor", "nns", "services", "govern"] as const).map(same));
    // The agent and the bundler would take the memory that modules are made to save.
    const supervisor = await readFile(join(directory, "supervisor.mjs"), "utf8");
    for (const absent of ["HttpAgent", "node_modules/esbuild"]) assert.ok(!supervisor.includes(absent), absent);
  } finally {
    await rm(directory, { recursive: true });
  }
});
