import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { IcosError } from "@icos/system";
import { renderTestReport, testReport } from "./report.ts";
import { countsOf, type KindResult, runTests } from "./run-tests.ts";
import { chooseKinds, type TestKind } from "./test-kinds.ts";

const TAP = "TAP version 13\n# tests 9\n# pass 4\n# fail 2\n# cancelled 1\n# skipped 2\n# todo 0\n";

/** A checkout whose tests are these, run to its end. */
async function run(files: Readonly<Record<string, string>>, more: object = {}): Promise<readonly KindResult[]> {
  const repository = await mkdtemp(join(tmpdir(), "icos-test-test-"));
  try {
    await writeFile(join(repository, "package.json"), '{"type":"module"}');
    const source = join(repository, "packages/some/src");
    await mkdir(source, { recursive: true });
    for (const [name, code] of Object.entries(files)) await writeFile(join(source, name), code);
    const kinds: readonly TestKind[] = ["unit", "sim"];
    const { signal } = new AbortController();
    return await runTests({ repository, kinds, signal, output: "ignore", onKind: () => undefined, ...more });
  } finally {
    await rm(repository, { recursive: true });
  }
}

const untimed = (results: readonly KindResult[]): unknown => results.map((each) => ({ ...each, seconds: 0 }));

void test("totals are read from the end of what the runner wrote", () => {
  assert.deepEqual(countsOf(TAP, 1), { passed: 4, failed: 3, skipped: 2 });
});

void test("a runner that died before its totals, or failed after them, counts as a failure", () => {
  assert.deepEqual(countsOf("TAP version 13\nok 1 - one\n", 0), { passed: 0, failed: 1, skipped: 0 });
  assert.deepEqual(countsOf("# pass 4\n# fail 0\n", 7), { passed: 4, failed: 1, skipped: 0 });
  assert.deepEqual(countsOf("# pass 4\n# fail 0\n", 0), { passed: 4, failed: 0, skipped: 0 });
});

void test("what a test prints does not pass for totals", () => {
  assert.deepEqual(countsOf(`# pass 1000\n# fail 0\n${TAP}`, 1), { passed: 4, failed: 3, skipped: 2 });
});

void test("kinds run in their own order, all without a name; a filter of files leaves out what has none", () => {
  assert.deepEqual(chooseKinds(["sim", "unit"]), ["unit", "sim"]);
  assert.equal(chooseKinds([])[0], "check");
  assert.deepEqual(chooseKinds([], "vm"), ["unit", "property", "sim", "fuzz", "image", "e2e"]);
  assert.deepEqual(chooseKinds(["check"], "vm"), ["check"]);
});

void test("passed, failed and skipped tests of every kind are counted, and one kind's failure stops no other", async () => {
  const start = 'import { test } from "node:test";\n';
  const files = {
    "a.test.ts": `${start}test("a", () => {}); test("b", () => { throw new Error("b"); }); test.skip("c", () => {});`,
    "b.sim.ts": `${start}test("d", () => {});`,
  };
  const all = await run(files);
  assert.deepEqual(untimed(all), [
    { kind: "unit", passed: 1, failed: 1, skipped: 1, seconds: 0 },
    { kind: "sim", passed: 1, failed: 0, skipped: 0, seconds: 0 },
  ]);
  assert.match(renderTestReport(testReport(all)), /\n\n2 passed, 1 failed, 1 skipped\n$/);
  assert.deepEqual(untimed(await run(files, { filter: "nowhere" })), [
    { kind: "unit", passed: 0, failed: 0, skipped: 0, seconds: 0 },
    { kind: "sim", passed: 0, failed: 0, skipped: 0, seconds: 0 },
  ]);
});

void test("an interruption ends the kind that runs and starts no other", async () => {
  const stop = new AbortController();
  const started: TestKind[] = [];
  const onKind = (kind: TestKind): void => {
    started.push(kind);
    setTimeout(() => stop.abort(new IcosError("interrupted", "Stop.")), 300);
  };
  const endless = 'import { test } from "node:test";\ntest("x", () => new Promise(() => setInterval(() => {}, 1000)));';
  const running = run({ "a.test.ts": endless, "b.sim.ts": endless }, { signal: stop.signal, onKind });
  await assert.rejects(running, { code: "interrupted" });
  assert.deepEqual(started, ["unit"]);
});

void test("the totals have the last line to themselves", () => {
  const kinds: KindResult[] = [{ kind: "unit", passed: 3, failed: 0, skipped: 0, seconds: 1.25 }];
  assert.equal(
    renderTestReport(testReport(kinds)),
    "KIND  PASSED  FAILED  SKIPPED  SECONDS\nunit  3       0       0        1.3\n\n3 passed, 0 failed\n",
  );
});
