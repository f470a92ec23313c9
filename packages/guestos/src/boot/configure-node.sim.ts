import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import assert from "node:assert/strict";
import type { Fault } from "./fake-commands.ts";
import { FakeMachine } from "./fake-machine.ts";
import { mediumFiles } from "./test-medium.ts";

const WHEN: readonly Fault["when"][] = ["before", "during", "after"];

/** The node is complete: everything is mounted from whole file systems, and its keys are there. */
async function assertComplete({ commands, layout }: FakeMachine, name: string): Promise<void> {
  const targets = ["", "/lib/ic/crypto", "/lib/ic/data", "/lib/ic/backup"].map((path) => join(layout.var, path));
  for (const target of [...targets, layout.bootGrub, layout.bootConfig]) {
    const source = commands.mounts.get(target);
    assert.ok(source !== undefined && commands.fileSystemOf(source)?.whole, `${name}: ${target}`);
  }
  assert.equal(
    await readFile(join(layout.var, "lib/ic/data/node_operator_private_key.pem"), "utf8"),
    "operator key\n",
    name,
  );
  assert.equal(await readFile(join(layout.bootConfig, "ssh/ssh_host_ed25519_key"), "utf8"), "private\n", name);
  const key = await readFile(join(layout.bootConfig, "store.keyfile"));
  for (const { key: used } of commands.volumes.values()) assert.equal(used, key.toString("hex"), name);
}

/** Writes to every file system of the node. */
function writeData(machine: FakeMachine, data: string): void {
  for (const source of machine.commands.mounts.values()) {
    const fileSystem = machine.commands.fileSystemOf(source);
    if (fileSystem) fileSystem.data = data;
  }
}

function volumesWithout(machine: FakeMachine, data: string): string[] {
  return Array.from(machine.commands.mounts.values())
    .filter((source) => source.includes("mapper"))
    .filter((source) => machine.commands.fileSystemOf(source)?.data !== data);
}

async function countCommands(boot: "first" | "later"): Promise<number> {
  const machine = await FakeMachine.create(mediumFiles());
  try {
    const first = (await machine.boot()).commands.length;
    if (boot === "first") return first;
    await machine.powerOn();
    return (await machine.boot()).commands.length;
  } finally {
    await machine.remove();
  }
}

for (const recovery of ["power cut", "retry without a restart"] as const) {
  void test(`a first boot that fails at any command is completed after a ${recovery}`, async () => {
    const length = await countCommands("first");
    assert.ok(length > 10);
    for (let at = 0; at < length; at++) {
      for (const when of WHEN) {
        const name = `${when} command ${at}`;
        const machine = await FakeMachine.create(mediumFiles());
        machine.commands.fault = { at, when };
        assert.equal((await machine.boot()).configured, false, name);
        machine.commands.fault = undefined;
        if (recovery === "power cut") await machine.powerOn();
        const second = await machine.boot();
        assert.ok(second.configured, `${name}: ${second.console.join(" ")}`);
        await assertComplete(machine, name);
        // What the node has written is there after one more restart: nothing is formatted twice.
        writeData(machine, "precious");
        await machine.powerOn();
        assert.ok((await machine.boot()).configured, name);
        assert.deepEqual(volumesWithout(machine, "precious"), [], name);
        await machine.remove();
      }
    }
  });
}

void test("a first boot that is interrupted again and again is completed", async () => {
  const length = await countCommands("first");
  const machine = await FakeMachine.create(mediumFiles());
  for (let round = 0; round < length; round++) {
    machine.commands.fault = { at: machine.commands.log.length + round, when: WHEN[round % 3] ?? "during" };
    await machine.boot();
    await machine.powerOn();
  }
  machine.commands.fault = undefined;
  assert.ok((await machine.boot()).configured);
  await assertComplete(machine, "after all");
  await machine.remove();
});

void test("a later boot that fails at any command loses no data", async () => {
  const length = await countCommands("later");
  for (let at = 0; at < length; at++) {
    for (const when of WHEN) {
      const name = `${when} command ${at}`;
      const machine = await FakeMachine.create(mediumFiles());
      await machine.boot();
      writeData(machine, "precious");
      await machine.powerOn();
      machine.commands.fault = { at: machine.commands.log.length + at, when };
      assert.equal((await machine.boot()).configured, false, name);
      machine.commands.fault = undefined;
      if (at % 2 === 0) await machine.powerOn();
      assert.ok((await machine.boot()).configured, name);
      await assertComplete(machine, name);
      assert.deepEqual(volumesWithout(machine, "precious"), [], name);
      await machine.remove();
    }
  }
});
