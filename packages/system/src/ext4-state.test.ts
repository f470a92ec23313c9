import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { createExec, type Exec } from "./exec.ts";
import { needsCheck, repairIfNeeded } from "./ext4-state.ts";

const directory = await mkdtemp(join(tmpdir(), "icos-ext4-"));
after(() => rm(directory, { recursive: true, force: true }));
const image = join(directory, "image");
const real = createExec();
const tools = spawnSync("mkfs.ext4", ["-V"]).error === undefined;

async function overwrite(path: string, offset: number, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, "r+");
  await file.write(bytes, 0, bytes.length, offset);
}

async function makeFileSystem(features: string): Promise<void> {
  const file = await open(image, "w");
  await file.truncate(8 * 1024 * 1024);
  await file.close();
  await real.run(["mkfs.ext4", "-q", "-F", "-O", features, image]);
}

const superblock = async (): Promise<Buffer> => (await readFile(image)).subarray(1024, 2048);
const setState = (state: number): Promise<void> => overwrite(image, 1024 + 58, Buffer.from([state, 0]));

void test("a file system without a journal that was not unmounted is repaired, once", { skip: !tools }, async () => {
  await makeFileSystem("^has_journal,^metadata_csum");
  assert.equal(needsCheck(await superblock()), false);
  await setState(0);
  assert.equal(needsCheck(await superblock()), true);
  const commands: string[] = [];
  const exec: Exec = {
    run: (command, options) => {
      commands.push(command.slice(0, 2).join(" "));
      return real.run(command, options);
    },
  };
  await repairIfNeeded(exec, image);
  await repairIfNeeded(exec, image);
  assert.deepEqual(commands, ["e2fsck -y"]);
  assert.equal(needsCheck(await superblock()), false);
});

void test("with a journal only found errors ask for a check", { skip: !tools }, async () => {
  await makeFileSystem("has_journal,^metadata_csum");
  await setState(0);
  assert.equal(needsCheck(await superblock()), false);
  await setState(3);
  assert.equal(needsCheck(await superblock()), true);
});

void test("what is not ext4 is left to its mount", () => {
  assert.equal(needsCheck(Buffer.alloc(1024)), false);
  assert.equal(needsCheck(Buffer.alloc(10)), false);
});
