import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import {
  bootStateOf,
  newGrubenv,
  openBlockDevice,
  parseGrubenv,
  writeUpdateImageTar,
  type BootState,
} from "@icos/slots";
import { createLayout } from "../layout.ts";
import { bootStateStore } from "./boot-state-store.ts";
import { installUpgrade } from "./install-upgrade.ts";
import { readUpgradeRecord } from "./upgrade-record.ts";

const STABLE: BootState = { alternative: "A", cycle: "stable" };
const BOOT = Buffer.alloc(64 * 1024, "boot");
const ROOT = Buffer.alloc(128 * 1024, "root");

void suite("an upgrade of HostOS", () => {
  let directory = "";
  let mounts: string[] = [];
  const exec = {
    run: (command: readonly string[]) => {
      mounts.push(command.slice(1, 3).join(" "));
      return Promise.resolve({ stdout: Buffer.alloc(0), stderr: "" });
    },
  };
  const path = (...parts: string[]): string => join(directory, ...parts);
  const install = async () => {
    const layout = createLayout(directory);
    return installUpgrade(layout, path("upgrade"), {
      store: bootStateStore(layout, exec),
      openDevice: openBlockDevice,
      now: () => 1_000,
    });
  };
  const state = async (): Promise<BootState> => bootStateOf(parseGrubenv(await readFile(path("boot/grub/grubenv"))));

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "hostos-upgrade-"));
    mounts = [];
    for (const each of ["proc", "boot/grub", "boot/config", "upgrade", "dev/hostlvm"])
      await mkdir(path(each), { recursive: true });
    await writeFile(path("proc/cmdline"), "quiet dfinity.system=A\n");
    await writeFile(path("boot/grub/grubenv"), newGrubenv(STABLE));
    for (const name of ["B_boot", "B_root", "B_var"])
      await writeFile(path("dev/hostlvm", name), Buffer.alloc(1 << 20, 1));
    await writeFile(path("boot.img"), BOOT);
    await writeFile(path("root.img"), ROOT);
    const chunks: Uint8Array[] = [];
    const images = { version: "v2", boot: path("boot.img"), root: path("root.img") };
    for await (const chunk of writeUpdateImageTar(images)) chunks.push(chunk);
    const image = Buffer.concat(chunks);
    await writeFile(path("upgrade/update-img.tar.zst"), image);
    await writeFile(
      path("upgrade/request.json"),
      JSON.stringify({ url: "https://x/update-img.tar.zst", sha256: hash("sha256", image) }),
    );
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  void test("fills the slot that does not run and has it booted next", async () => {
    assert.deepEqual(await install(), { kind: "installed", slot: "B", version: "v2" });
    assert.deepEqual((await readFile(path("dev/hostlvm/B_boot"))).subarray(0, BOOT.length), BOOT);
    assert.deepEqual((await readFile(path("dev/hostlvm/B_root"))).subarray(0, ROOT.length), ROOT);
    assert.deepEqual((await readFile(path("dev/hostlvm/B_var"))).subarray(0, 4096), Buffer.alloc(4096));
    assert.deepEqual(await state(), { alternative: "B", cycle: "first_boot" });
    assert.deepEqual(mounts, ["-o remount,rw", "-o remount,ro"]);
    const record = await readUpgradeRecord(path("boot/config/hostos-upgrade.json"));
    assert.deepEqual([record?.version, record?.slot, record?.outcome], ["v2", "B", { kind: "waits" }]);
    assert.deepEqual(await install(), { kind: "waits" });
  });

  void test("an image with another hash is not booted, wherever it differs", async () => {
    const file = path("upgrade/update-img.tar.zst");
    const image = await readFile(file);
    const changes = [Buffer.concat([image, Buffer.from([0])]), flipped(image, image.length - 1), flipped(image, 2048)];
    for (const changed of changes) {
      await writeFile(file, changed);
      await assert.rejects(install(), { code: /^(upgrade-image-changed|update-image-invalid)$/ });
      assert.deepEqual(await state(), STABLE);
    }
  });

  void test("a link in place of the image or the request is not followed", async () => {
    for (const name of ["update-img.tar.zst", "request.json"]) {
      const file = path("upgrade", name);
      const content = await readFile(file);
      await writeFile(path("elsewhere"), content);
      await rm(file);
      await symlink(path("elsewhere"), file);
      await assert.rejects(install(), { code: "ELOOP" });
      await rm(file);
      await writeFile(file, content);
    }
    assert.deepEqual(await state(), STABLE);
  });

  void test("nothing is written before the running version is confirmed", async () => {
    await writeFile(path("boot/grub/grubenv"), newGrubenv({ alternative: "A", cycle: "failsafe_check" }));
    await assert.rejects(install(), { code: "install-refused" });
    assert.equal((await readFile(path("dev/hostlvm/B_boot")))[0], 1);
  });

  void test("a boot state that is not there to be written over is named", async () => {
    await rm(path("boot/grub/grubenv"));
    await assert.rejects(install(), { code: "grubenv-missing" });
    await writeFile(path("boot/grub/grubenv"), Buffer.alloc(10));
    await assert.rejects(install(), { code: "grubenv-invalid" });
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
