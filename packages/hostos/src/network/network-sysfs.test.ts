import assert from "node:assert/strict";
import { mkdtemp, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { networkSysfs } from "./network-sysfs.ts";

void test("names, attributes and links of sysfs are read, and what is missing is no error", async () => {
  const sys = await mkdtemp(join(tmpdir(), "sysfs-"));
  try {
    await mkdir(join(sys, "devices/card/device"), { recursive: true });
    await mkdir(join(sys, "bus/virtio"), { recursive: true });
    await mkdir(join(sys, "class/net"), { recursive: true });
    await symlink("../../devices/card", join(sys, "class/net/ens3"));
    await symlink("../../../bus/virtio", join(sys, "devices/card/device/subsystem"));
    await writeFile(join(sys, "devices/card/carrier"), "1\n");
    const sysfs = networkSysfs(sys);
    assert.deepEqual(await sysfs.names(), ["ens3"]);
    assert.deepEqual(
      [await sysfs.attribute("ens3", "carrier"), await sysfs.attribute("ens3", "speed")],
      ["1", undefined],
    );
    assert.deepEqual([await sysfs.has("ens3", "device"), await sysfs.has("ens3", "wireless")], [true, false]);
    assert.deepEqual(
      [await sysfs.target("ens3", "device/subsystem"), await sysfs.target("ens3", "master")],
      ["virtio", undefined],
    );
    assert.deepEqual(await networkSysfs(join(sys, "nothing")).names(), []);
  } finally {
    await rm(sys, { recursive: true, force: true });
  }
});
