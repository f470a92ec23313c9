import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, suite, test } from "node:test";
import { systemClock } from "@icos/system";
import { createBlockDiskAccess } from "../boot/block-disk.ts";
import { createDiskAccess } from "../boot/disk-image.ts";
import type { MachineDefinition } from "../machine/definition.ts";
import { createVirtualSwitch } from "../switch/virtual-switch.ts";
import { testDirectory } from "../testing/directory.ts";
import { isAlive } from "../testing/is-alive.ts";
import { needsTools, testTools } from "../testing/tools.ts";
import { createVmRunner } from "./vm-runner.ts";

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await systemClock.sleep(20);
}

/** The machine has no system: its firmware looks for one for ever, which is enough to try QEMU itself. */
function definitionIn(directory: string): MachineDefinition {
  return {
    name: "bare",
    uuid: "7f0c9e1e-5d7c-4b3e-9a0b-2f6f3f0d7a11",
    memoryMiB: 128,
    vcpus: 2,
    accelerator: { kind: "tcg" },
    boot: { kind: "disk" },
    disks: [{ file: join(directory, "a,b.qcow2"), format: "qcow2", serial: "guestos" }],
    configMedium: join(directory, "config.img"),
    networkCards: [{ mac: "6a:01:00:00:00:01", switchSocket: join(directory, "switch") }],
    serialLog: join(directory, "serial,1.log"),
    serialSocket: join(directory, "serial"),
    qmpSocket: join(directory, "qmp"),
  };
}

void suite("a real QEMU", needsTools, () => {
  const tools = testTools();
  if (tools === undefined) return;
  const { exec, wrap } = tools;

  void test("takes the rendered command line and obeys its runner", async () => {
    const directory = testDirectory();
    const definition = definitionIn(directory);
    const disk = { file: join(directory, "a,b.qcow2"), format: "qcow2" } as const;
    await exec.run(["qemu-img", "create", "-q", "-f", "qcow2", disk.file, "1G"]);
    await exec.run(["qemu-img", "create", "-q", "-f", "raw", join(directory, "config.img"), "1M"]);
    const network = createVirtualSwitch({ seed: "qemu" });
    await network.listenPort("node", join(directory, "switch"));
    let running = 0;
    const runner = createVmRunner(
      {
        name: "bare",
        prepare: () => Promise.resolve(definition),
        observe: ({ kind }) => void (running += kind === "running" ? 1 : 0),
      },
      { wrap },
    );
    after(() => runner.kill());
    const second = createVmRunner(
      {
        name: "second",
        prepare: () => Promise.resolve({ ...definition, qmpSocket: join(directory, "qmp2"), networkCards: [] }),
      },
      { wrap },
    );

    await runner.start();
    assert.equal((await runner.status()).qemu, "running");
    assert.ok(existsSync(definition.serialLog));
    await until(() => network.status()[0]?.attached === true);

    const access = createDiskAccess(disk, exec);
    const scratch = join(directory, "scratch");
    await assert.rejects(access.write(0, Buffer.alloc(512), scratch), { code: "disk-in-use" });
    await assert.rejects(access.copyOut({ offset: 0, length: 512 }, scratch), { code: "disk-in-use" });
    await assert.rejects(second.start(), { code: "disk-in-use" });

    await runner.reset();
    await until(() => running === 2);
    await until(() => network.status()[0]?.attached === true);

    const { state } = runner;
    assert.equal(state.kind, "running");
    assert.equal(await runner.stop({ deadlineMs: 500 }), "quit");
    assert.ok(state.kind === "running" && !isAlive(state.pid));
    await access.copyOut({ offset: 0, length: 512 }, scratch);
    await network.close();
  });

  void test("waits for what a boot has to store, and takes what a guest of a host has", async () => {
    const directory = testDirectory();
    const disk = join(directory, "disk.raw");
    await exec.run(["qemu-img", "create", "-q", "-f", "raw", disk, "64M"]);
    for (const name of ["code.fd", "vars.fd"]) {
      await exec.run(["qemu-img", "create", "-q", "-f", "raw", join(directory, name), "4M"]);
    }
    const definition: MachineDefinition = {
      ...definitionIn(directory),
      vcpus: 4,
      topology: { sockets: 1, cores: 2, threads: 2 },
      memory: "memfd",
      boot: {
        kind: "disk",
        firmware: { code: join(directory, "code.fd"), variables: join(directory, "vars.fd") },
      },
      disks: [{ file: disk, format: "raw", cache: "none" }],
      configMedium: undefined,
      networkCards: [],
      devices: { balloon: true, watchdog: true, panic: true, usb: true },
    };
    const seen: string[] = [];
    const runner = createVmRunner(
      {
        name: "hosted",
        prepare: async () => ({
          definition,
          async commit() {
            seen.push(runner.state.kind);
            // The boot state is written to the disk that QEMU has open.
            await createBlockDiskAccess(disk).write(4096, Buffer.from("stored"), join(directory, "scratch"));
          },
        }),
      },
      { wrap },
    );
    after(() => runner.kill());
    await runner.start();
    assert.deepEqual(seen, ["starting"]);
    assert.equal((await runner.status()).qemu, "running");
    assert.equal(await runner.stop({ deadlineMs: 100 }), "quit");
    const { stdout } = await exec.run(["dd", `if=${disk}`, "bs=1", "skip=4096", "count=6", "status=none"]);
    assert.equal(stdout.toString(), "stored");
  });

  void test("dies with its runner's process", async () => {
    const directory = testDirectory();
    const definition: MachineDefinition = { ...definitionIn(directory), disks: [], networkCards: [] };
    const program = `
      import { createVmRunner } from ${JSON.stringify(join(import.meta.dirname, "vm-runner.ts"))};
      const words = ${process.env["ICOS_TEST_TOOLS"]};
      const definition = ${JSON.stringify({ ...definition, configMedium: undefined })};
      const wrap = (command) => [...words, ...command];
      const runner = createVmRunner({ name: "bare", prepare: async () => definition }, { wrap });
      await runner.start();
      console.log(runner.state.pid);
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [output] = (await once(child.stdout, "data")) as [Buffer];
    const pid = Number(output.toString());
    assert.ok(isAlive(pid));
    child.kill("SIGKILL");
    await until(() => !isAlive(pid));
  });
});
