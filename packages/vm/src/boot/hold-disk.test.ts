import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { test } from "node:test";
import { testDirectory } from "../testing/directory.ts";
import { holdDisk } from "./hold-disk.ts";

const isFree = (disk: string): boolean => spawnSync("flock", ["--nonblock", disk, "true"]).status === 0;

function makeDisk(): string {
  const disk = join(testDirectory(), "disk");
  writeFileSync(disk, "content");
  return disk;
}

void test("a disk that is held is nobody else's, until it is let go", async () => {
  const disk = makeDisk();
  {
    await using _ = await holdDisk(disk);
    assert.equal(isFree(disk), false);
    await assert.rejects(holdDisk(disk), { code: "disk-in-use", message: /in use by a machine, or is being written/ });
  }
  assert.equal(isFree(disk), true);
});

void test("a process that is killed holds no disk", async () => {
  const disk = makeDisk();
  const program = `const { holdDisk } = await import(${JSON.stringify(import.meta.resolve("./hold-disk.ts"))});
    const hold = await holdDisk(${JSON.stringify(disk)});
    console.log("held");`;
  const holder = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  assert.equal(isFree(disk), false);
  holder.kill("SIGKILL");
  for (let tries = 0; !isFree(disk); tries += 1) {
    assert.ok(tries < 500, "the lock outlived its holder by ten seconds");
    await delay(20);
  }
});

void test("a disk that cannot be locked is not held", async () => {
  await assert.rejects(holdDisk(join(testDirectory(), "none/disk")), { code: "disk-not-held", message: /none\/disk/ });
});
