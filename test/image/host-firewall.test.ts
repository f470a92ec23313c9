import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { before, test } from "node:test";
import { openToolsTree } from "@icos/image";

const BEHAVIOUR = join(import.meta.dirname, "host-firewall/behaviour.ts");

before(async () => {
  await openToolsTree(); // in the namespace there is no network to make it from
});

void test("each rule of the host's firewall lets in and out what it says, between two network namespaces", () => {
  const user = process.getuid?.() === 0 ? [] : ["--map-root-user"];
  const node = [
    process.execPath,
    "--disable-warning=ExperimentalWarning",
    "--test",
    "--test-isolation=none",
    BEHAVIOUR,
  ];
  // A test runner that finds this variable reports to the one above it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync("unshare", [...user, "--net", ...node], { encoding: "utf8", env });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /^(?:# |ℹ )pass 11$/m);
});
