import { test } from "node:test";
import assert from "node:assert/strict";
import { planStore } from "./store-layout.ts";

const GIB = 1024 ** 3;

void test("the store has upstream's volumes and sizes", () => {
  assert.deepEqual(planStore("/dev/mapper/vda10-crypt", 8 * GIB), [
    "vgcreate --yes --force store /dev/mapper/vda10-crypt",
    "lvcreate --yes --zero n --wipesignatures n --name shared-crypto --size 1024m store",
    "lvcreate --yes --zero n --wipesignatures n --name shared-data --size 2048m store",
    "lvcreate --yes --zero n --wipesignatures n --name shared-backup --size 2048m store",
  ]);
});

void test("the backup volume stops growing at 180000 MiB", () => {
  const [, , data, backup] = planStore("/dev/x", 4096 * GIB);
  assert.match(data ?? "", /--size 1048576m/);
  assert.match(backup ?? "", /--size 180000m/);
});
