import assert from "node:assert/strict";
import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readMachineFacts } from "./machine-facts.ts";

/** How many guests a host with such volumes has. */
async function guestsOf(...volumes: readonly string[]): Promise<number> {
  await using directory = await mkdtempDisposable(join(tmpdir(), "facts-"));
  const [proc, sys, dev] = ["proc", "sys", "dev"].map((name) => join(directory.path, name)) as [string, string, string];
  await mkdir(proc);
  await mkdir(join(dev, "hostlvm"), { recursive: true });
  await writeFile(join(proc, "meminfo"), "MemTotal:       16384000 kB\n");
  for (const name of volumes) await writeFile(join(dev, "hostlvm", name), "");
  return (await readMachineFacts({ proc, sys, dev })).guests;
}

void test("a page that is promised to a running machine is not available, though the kernel counts it as free", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "facts-"));
  const [proc, sys, dev] = ["proc", "sys", "dev"].map((name) => join(directory.path, name)) as [string, string, string];
  await mkdir(proc);
  await writeFile(join(proc, "meminfo"), "MemTotal:       16384000 kB\n");
  assert.deepEqual((await readMachineFacts({ proc, sys, dev })).hugepages, { pool: 0, available: 0 });
  const pages = join(sys, "kernel/mm/hugepages/hugepages-2048kB");
  await mkdir(pages, { recursive: true });
  for (const [name, count] of [
    ["nr", 1000],
    ["free", 998],
    ["resv", 990],
  ] as const)
    await writeFile(join(pages, `${name}_hugepages`), `${count}\n`);
  assert.deepEqual((await readMachineFacts({ proc, sys, dev })).hugepages, { pool: 1000, available: 8 });
});

void test("a host has a guest for each of their volumes, whichever installer has named them", async () => {
  assert.equal(await guestsOf("config", "A_var", "guestos"), 1);
  assert.equal(await guestsOf("guestos", "guestos1", "guestos2", "guestos10"), 4);
  assert.equal(await guestsOf("guestos", "guestos0", "guestos1"), 2);
  assert.equal(await guestsOf("guestos0", "guestos1"), 2);
  assert.equal(await guestsOf("config"), 1);
});
