import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import assert from "node:assert/strict";
import { FakeMachine, programs } from "./fake-machine.ts";
import { luksHeaders, overwrite } from "./luks-fixture.ts";
import { exists, read } from "./testing-files.ts";

void test("the disk parameters are upstream's", async () => {
  await using machine = await FakeMachine.create();
  const { commands } = await machine.boot();
  const format = commands.find((command) => command[1] === "luksFormat")?.join(" ") ?? "";
  assert.match(
    format,
    /--type luks2 --cipher aes-xts-plain64 --key-size 512 .*--pbkdf pbkdf2 --pbkdf-force-iterations 1000/,
  );
  assert.match(format, /vda6$/);
  const opens = commands.filter((command) => command[1] === "open").map((command) => command.join(" "));
  assert.doesNotMatch(opens[0] ?? "", /discards/);
  assert.match(opens[1] ?? "", /--allow-discards .*vda10 vda10-crypt$/);
  const script = await read(machine.layout.run, "guestos/create-store.lvm");
  assert.match(script, /^vgcreate .* store .*vda10-crypt$/m);
  assert.match(script, /--name shared-crypto --size 1024m store$/m);
});

void test("a later boot starts six processes and formats nothing", async () => {
  await using machine = await FakeMachine.create();
  await machine.boot();
  await machine.powerOn();
  const { configured, commands } = await machine.boot();
  assert.ok(configured);
  assert.deepEqual(programs(commands), ["mount", "cryptsetup open", "mount", "cryptsetup open", "lvm", "mount"]);
});

void test("the other slot has its own /var and the same store", async () => {
  await using machine = await FakeMachine.create();
  await machine.boot();
  await machine.powerOn("B");
  const { configured, commands } = await machine.boot();
  assert.ok(configured);
  assert.deepEqual(
    programs(commands).filter((program) => program.includes("Format")),
    ["cryptsetup luksFormat"],
  );
  assert.match(commands.find((command) => command[1] === "luksFormat")?.at(-1) ?? "", /vda9$/);
});

void test("a /var that an installer has cleared is made anew; the store is not, whatever was cleared", async () => {
  await using machine = await FakeMachine.create();
  await machine.boot();
  await overwrite(join(machine.layout.dev, "vda6"), 0, Buffer.alloc(luksHeaders("x").length));
  await machine.powerOn();
  assert.deepEqual(programs((await machine.boot()).commands).slice(1, 5), [
    "cryptsetup luksFormat",
    "cryptsetup open",
    "mkfs.ext4",
    "mount",
  ]);
  await overwrite(join(machine.layout.dev, "vda10"), 0, Buffer.alloc(luksHeaders("x").length));
  await machine.powerOn();
  const { configured, console, commands } = await machine.boot();
  assert.ok(!configured);
  assert.ok(!programs(commands).includes("cryptsetup luksFormat"));
  assert.match(console.join("\n"), /store .*its LUKS header is gone/);
});

void test("a damaged or foreign volume is refused and not touched", async () => {
  for (const [bytes, reason] of [
    [Buffer.from("LUKS\xba\xbe", "latin1"), /damaged/],
    [luksHeaders("11111111-2222-3333-4444-555555555555"), /it is the volume 11111111/],
  ] as const) {
    await using machine = await FakeMachine.create();
    await machine.boot();
    const device = join(machine.layout.dev, "vda10");
    await overwrite(device, 0, Buffer.concat([bytes, Buffer.alloc(luksHeaders("x").length - bytes.length)]));
    await machine.powerOn();
    const { configured, console, commands } = await machine.boot();
    assert.ok(!configured);
    assert.ok(!programs(commands).includes("cryptsetup luksFormat"));
    assert.match(console.join("\n"), reason);
    assert.match(console.join("\n"), /What to do: Nothing was changed/);
  }
});

void test("a lost key, a lost partition and a missing logical volume are refused by name", async () => {
  await using machine = await FakeMachine.create();
  await machine.boot();
  await machine.powerOn();
  const key = await readFile(join(machine.layout.bootConfig, "store.keyfile"));
  await rm(join(machine.layout.bootConfig, "store.keyfile"));
  assert.match((await machine.boot()).console.join("\n"), /store\.keyfile is gone/);
  assert.ok(!(await exists(machine.layout.bootConfig, "store.keyfile")));
  await writeFile(join(machine.layout.bootConfig, "store.keyfile"), key);
  machine.commands.volumes.get(join(machine.layout.dev, "vda10"))?.group?.delete("shared-data");
  await machine.powerOn();
  assert.match((await machine.boot()).console.join("\n"), /lacks the volumes store-shared--data/);
});
