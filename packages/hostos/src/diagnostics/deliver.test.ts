import assert from "node:assert/strict";
import { mkdtempDisposable, readdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { IcosError, type Exec } from "@icos/system";
import { deliver } from "./deliver.ts";

const STICKS = ["/dev/sda1", "/dev/sdb1"].map((device) => ({ device, size: 1 }));

async function run(options: {
  readonly sticks?: typeof STICKS;
  readonly mountable?: readonly string[];
  readonly names: readonly string[];
}) {
  await using directory = await mkdtempDisposable(join(tmpdir(), "deliver-"));
  const log: string[] = [];
  const exec: Exec = {
    async run(command) {
      const device = command.at(-2) ?? "";
      log.push(command[0] === "/usr/bin/mount" ? `mount ${device}` : "umount");
      if (command[0] === "/usr/bin/mount" && !(options.mountable ?? []).includes(device))
        throw new IcosError("command-failed", "wrong fs type");
      return { stdout: Buffer.alloc(0), stderr: "" };
    },
  };
  const fallback = join(directory.path, "kept");
  const modules = {
    exec,
    findSticks: async () => options.sticks ?? [],
    mountPoint: join(directory.path, "mnt"),
    fallback,
  };
  let place = "";
  for (const name of options.names) place = await deliver(name, (file) => writeFile(file, "x"), modules);
  return { place: place.replace(directory.path, ""), log, kept: await readdir(fallback).catch(() => []) };
}

void test("the first stick that can be mounted gets the bundle and is unmounted", async () => {
  const { place, log, kept } = await run({ sticks: STICKS, mountable: ["/dev/sdb1"], names: ["a.tar.zst"] });
  assert.equal(place, "a.tar.zst on the USB stick /dev/sdb1, which can be taken out");
  assert.deepEqual(log, ["mount /dev/sda1", "mount /dev/sdb1", "umount"]);
  assert.deepEqual(kept, []);
});

void test("without a stick that takes it the host keeps the last three bundles", async () => {
  const names = ["1.tar.zst", "2.tar.zst", "3.tar.zst", "4.tar.zst"];
  const { place, kept } = await run({ names });
  assert.equal(place, "/kept/4.tar.zst on this host (no USB stick was found)");
  assert.deepEqual(kept, names.slice(1));
  const other = await run({ sticks: STICKS, names: ["a.tar.zst"] });
  assert.match(other.place, /sda1: has no FAT file system that can be written; .*sdb1/);
});
