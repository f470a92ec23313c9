import assert from "node:assert/strict";
import { test } from "node:test";
import {
  GUESTOS_PARTITIONS,
  partitionDevicePath,
  slotPartition,
  STORE_PARTITION_NUMBER,
  VAR_WIPE_SIZE,
  VERITY_SALT,
  VERITY_TREE_OFFSET,
  VERITY_UUID,
} from "./guestos-partitions.ts";

const GIB = 1024 ** 3;

void test("partitions have the numbers and GUIDs by which upstream's host and guest find them", () => {
  const names = ["esp", "grub", "config", "A_boot", "A_root", "A_var", "B_boot", "B_root", "B_var"];
  assert.deepEqual(
    GUESTOS_PARTITIONS.map(({ name, number }) => [number, name]),
    names.map((name, index) => [index + 1, name]),
  );
  assert.equal(STORE_PARTITION_NUMBER, 10);
  const guids = Object.fromEntries(GUESTOS_PARTITIONS.map(({ name, guid }) => [name, guid.toUpperCase()]));
  assert.equal(guids["grub"], "6788E4CF-F456-104E-9A34-A2C58CFB0EE6");
  assert.equal(guids["A_boot"], "DDF618FE-7244-B446-A175-3296E6B9D02E");
  assert.equal(guids["B_boot"], "D5214E4F-F7B0-B945-9A9B-52B9188DF4C5");
  assert.equal(
    partitionDevicePath(slotPartition("A", "root")),
    "/dev/disk/by-partuuid/7c0a626e-e5ea-e543-b5c5-300eb8304db7",
  );
  assert.equal(
    partitionDevicePath(slotPartition("B", "root")),
    "/dev/disk/by-partuuid/a78bc3a8-376c-054a-96e7-3904b915d0c5",
  );
});

void test("each partition starts where the one before it ends, in whole mebibytes", () => {
  let end = 2048;
  for (const { name, start, sectors } of GUESTOS_PARTITIONS) {
    assert.equal(start, end, name);
    assert.equal(sectors % 2048, 0, name);
    end = start + sectors;
  }
});

void test("the hash tree takes the last 128 MiB of a root, with upstream's salt and UUID; an install clears 16 MiB of var", () => {
  for (const slot of ["A", "B"] as const) {
    const [boot, root, variable] = (["boot", "root", "var"] as const).map(
      (part) => slotPartition(slot, part).sectors * 512,
    );
    assert.deepEqual([boot, root, variable], [GIB, 10 * GIB, 10 * GIB]);
  }
  assert.equal(VERITY_TREE_OFFSET, 10 * GIB - 128 * 1024 ** 2);
  assert.equal(VERITY_TREE_OFFSET, 10_603_200_512);
  assert.equal(VERITY_SALT, "89bc06702975f10b41dd53e26eb9aef0adde93bc13d73e8f26b496dddefe2483");
  assert.equal(VERITY_UUID, "1736291d-aceb-42d7-b044-43ee31d86cd4");
  assert.equal(VAR_WIPE_SIZE, 16 * 1024 ** 2);
});
