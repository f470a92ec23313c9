import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { bundleProgram } from "../rootfs/bundle.ts";
import { hashProgramSources, packagesOf } from "./program-sources.ts";

const REPOSITORY = join(import.meta.dirname, "../../../..");
const PROGRAMS = ["packages/guestos/src/programs/orchestrator.ts", "packages/hostos/src/programs/host-agent.ts"];

for (const program of PROGRAMS)
  void test(`every source in the bundle of ${program} is in a package that its cache key knows`, async () => {
    const { sources } = await bundleProgram(REPOSITORY, program);
    const bundled = sources.flatMap((source) => /^packages\/([^/]+)\//.exec(source)?.[1] ?? []);
    const known = await packagesOf(REPOSITORY, [program]);
    assert.ok(bundled.includes("vsock"));
    assert.deepEqual(
      [...new Set(bundled)].filter((name) => !known.includes(name)),
      [],
    );
  });

void test("a changed source of a package that is used by way of another changes the key, a changed test does not", async () => {
  const place = await mkdtemp(join(tmpdir(), "icos-sources-"));
  try {
    const write = async (path: string, text: string): Promise<void> => {
      await mkdir(join(place, path, ".."), { recursive: true });
      await writeFile(join(place, path), text);
    };
    await cp(join(REPOSITORY, "package-lock.json"), join(place, "package-lock.json"));
    await write("packages/a/package.json", '{"dependencies":{"@icos/b":"*","valibot":"1"}}');
    await write("packages/b/package.json", '{"dependencies":{"@icos/c":"*"}}');
    await write("packages/c/package.json", "{}");
    for (const name of ["a", "b", "c", "d"]) await write(`packages/${name}/src/index.ts`, name);
    const key = async (): Promise<string> =>
      JSON.stringify(await hashProgramSources(place, ["packages/a/src/index.ts"]));

    const first = await key();
    await write("packages/c/src/index.test.ts", "a test");
    await write("packages/d/src/index.ts", "of another program");
    assert.equal(await key(), first);
    await write("packages/c/src/index.ts", "changed");
    const second = await key();
    assert.notEqual(second, first);
    await write("packages/b/package.json", '{"dependencies":{"@icos/c":"*"},"sideEffects":false}');
    assert.notEqual(await key(), second);
    await assert.rejects(packagesOf(place, ["elsewhere/a.ts"]), { code: "bundle-failed" });
  } finally {
    await rm(place, { recursive: true });
  }
});
