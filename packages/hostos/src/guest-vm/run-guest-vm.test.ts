import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { readdir, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { suite, test } from "node:test";
import { systemClock } from "@icos/system";
import type { FakeMachine } from "./fake-guest.ts";
import { kindIs, runFakeGuest } from "./fake-run.ts";

// Each has a machine of its own, and mostly waits for processes.
void suite("the runner of a guest", { concurrency: true }, () => {
  void test("a guest is started, said to be ready when QEMU runs, and shut down in order", async () => {
    const { machine, reach, result, stop, said, notified } = await runFakeGuest();
    const { places } = machine;
    const running = await reach(kindIs("running"));
    assert.deepEqual(running.machine, {
      memoryMiB: 4096,
      vcpus: running.machine?.vcpus,
      hugepages: false,
      accelerator: "kvm",
      confidential: false,
      ipv6: "2001:db8:1:2:6801:aeff:fe1a:9bb",
    });
    assert.ok(running.state.kind === "running" && running.state.directBoot && running.state.slot === "A");
    // What QEMU has opened or read is gone: the medium carries keys.
    assert.deepEqual((await readdir(places.run)).sort(), ["qmp"]);
    assert.ok(existsSync(join(places.lib, "guestos_VARS.fd")));
    assert.match(readFileSync(places.metrics, "utf8"), /hostos_guestos_service_start\{vm_type="default"\} 1/);
    stop();
    await result;
    assert.deepEqual(notified, ["READY=1\nSTATUS=guestos runs", "STOPPING=1"]);
    assert.match(said[0] ?? "", /^guestos runs: slot A \(stable\), \d+ CPUs, 4096 MiB\.$/);
    assert.equal((await reach(() => true)).state.kind, "stopped");
    assert.match(readFileSync(places.metrics, "utf8"), /hostos_guestos_service_start\{vm_type="default"\} 0/);
  });

  void test("a guest that restarts, switches itself off, panics or is killed is back, each time with a new look at its disk", async () => {
    const { machine, reach, result, stop, said } = await runFakeGuest({
      state: { alternative: "B", cycle: "first_boot" },
      words: ["reboot", "poweroff", "panic", "watchdog", "crash", "quiet"],
    });
    const last = await reach(kindIs("running", 6));
    assert.equal(last.failures, 4); // one restart is no sign of trouble
    assert.match(last.lastFailure?.reason ?? "", /SIGSEGV/);
    assert.ok(
      said.some((line) => /the guest panicked/.test(line)),
      said.join("\n"),
    );
    assert.ok(
      said.some((line) => /the guest hung, and its watchdog ended it/.test(line)),
      said.join("\n"),
    );
    // The upgrade was tried once, then it went back, and stays there.
    assert.deepEqual(await machine.bootState(), { alternative: "A", cycle: "stable" });
    stop();
    await result;
  });

  void test("the serial console says how the boot went; failures in a row are over with a boot", async () => {
    const { machine, reach, result, stop, said } = await runFakeGuest({ words: ["crash", "quiet"] });
    await reach(kindIs("running", 2));
    const log = machine.places.serialLog;
    writeFileSync(log, "");
    await systemClock.sleep(50);
    appendFileSync(log, Buffer.concat([Buffer.of(0xff, 0xfe), Buffer.from("x GUESTOS BOOT FAI")]));
    appendFileSync(log, "LURE\r\n");
    const failed = await reach(({ state }) => state.kind === "running" && state.boot === "failed");
    assert.equal(failed.failures, 1);
    appendFileSync(log, "guestos: orchestrator ready: node abc\n");
    const booted = await reach(({ state }) => state.kind === "running" && state.boot === "booted");
    assert.equal(booted.failures, 0);
    assert.equal(said.filter((line) => line === "guestos has booted.").length, 1);
    stop();
    await result;
  });

  void test("a guest that cannot be started: the reason is on the screen, in the state and in the metrics, and the boot state is kept", async () => {
    const state = { alternative: "B", cycle: "first_boot" } as const;
    const { machine, reach, result, said, notified } = await runFakeGuest({ state, words: ["fail"] });
    await assert.rejects(result, { code: "machine-not-started" });
    const failed = await reach(kindIs("failed"));
    assert.equal(failed.failures, 1);
    assert.match(said.at(-1) ?? "", /^guestos cannot be started: .*something is wrong/);
    assert.match(readFileSync(machine.places.metrics, "utf8"), /service_start\{vm_type="default"\} 0/);
    assert.ok(!notified.some((message) => message.startsWith("READY")));
    assert.deepEqual(await machine.bootState(), state);
  });

  void test("a guest that misses hugepages at a restart ends its runner, so that systemd has the pages reserved again", async () => {
    const { machine, reach, result, commands } = await runFakeGuest();
    const { state } = await reach(kindIs("running"));
    assert.ok(state.kind === "running");
    const { proc, sys } = machine.places;
    await writeFile(join(proc, "meminfo"), `MemTotal:  ${6 * 1024 * 1024} kB\n`);
    await writeFile(join(sys, "kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"), "2047\n");
    process.kill(state.pid, "SIGKILL");
    await assert.rejects(result, { code: "hugepages-short" });
    assert.equal(commands.length, 1);
    const failed = await reach(kindIs("failed"));
    assert.ok(failed.state.kind === "failed" && failed.state.code === "hugepages-short");
  });

  void test("a problem that can be named is, with what to do about it", async () => {
    const noKvm = await runFakeGuest({ before: ({ places }) => rm(join(places.dev, "kvm")) });
    await assert.rejects(noKvm.result, { code: "kvm-unusable" });
    assert.match(noKvm.said.join("\n"), /there is no .*\/dev\/kvm\.\nWhat to do: Enable virtualisation/);

    const noDiskYet = ({ places }: FakeMachine): Promise<void> => rm(places.disk);
    const noDisk = await runFakeGuest({ before: noDiskYet });
    await assert.rejects(noDisk.result, { code: "no-guest-disk" });

    // As `planConfirmation` knows it.
    const noGuest = await runFakeGuest({ before: ({ places }) => writeFile(places.disk, Buffer.alloc(1 << 20)) });
    await assert.rejects(noGuest.result, { code: "partition-table-invalid" });
    const { state } = await noGuest.reach(kindIs("failed"));
    assert.ok(state.kind === "failed" && state.code === "partition-table-invalid");

    const unmade = await runFakeGuest({ role: { type: "upgrade" }, before: noDiskYet });
    await assert.rejects(unmade.result, { code: "no-guest-disk" });
    assert.match(unmade.said.join("\n"), /^upgrade-guestos cannot .*\nWhat to do: .* upgrade-disk\.service/);
    assert.match(readFileSync(unmade.machine.places.metrics, "utf8"), /service_start\{vm_type="upgrade"\} 0/);

    const noVariant = await runFakeGuest({
      before: ({ places }) => writeFileSync(join(places.share, "variant"), "test"),
    });
    await assert.rejects(noVariant.result, { code: "unknown-variant" });
  });

  void test("an old guest without boot_args is left to its boot loader, and its boot state untouched", async () => {
    const state = { alternative: "B", cycle: "first_boot" } as const;
    const { machine, commands, reach, result, stop } = await runFakeGuest({ state, words: undefined });
    const running = await reach(kindIs("running"));
    assert.ok(running.state.kind === "running" && !running.state.directBoot);
    const line = commands[0]?.join(" ") ?? "";
    assert.ok(!line.includes("-kernel") && line.includes("pflash0=flash0"), line);
    assert.deepEqual(await machine.bootState(), state);
    stop();
    await result;
  });

  void test("a recovery hash is used for one start", async () => {
    const { machine, reach, result, stop } = await runFakeGuest({
      words: ["reboot", "quiet"],
      before: ({ places }) => writeFileSync(places.recoveryHash, `${"cd".repeat(32)}\n`),
    });
    await reach(kindIs("running", 2));
    assert.equal(existsSync(machine.places.recoveryHash), false);
    stop();
    await result;
  });

  void test("a security module is handed to the running guest, when there is one", async () => {
    const { machine, reach, result, stop } = await runFakeGuest();
    const { sys, control } = machine.places;
    await reach(kindIs("running"));
    await reach(() => existsSync(control));
    const ask = async (request: string): Promise<string> => {
      const socket = connect(control);
      await once(socket, "connect");
      socket.write(`${request}\n`);
      const [answer] = (await once(socket, "data")) as [Buffer];
      socket.destroy();
      return answer.toString().trim();
    };
    const noneLent =
      '{"Err":"The guest has no security module (Nitrokey HSM) to give back. Nothing is left to do; vsock_guest --attach-hsm lends it one."}';
    assert.equal(await ask('"detach-hsm"'), noneLent);
    assert.equal(
      await ask('"attach-hsm"'),
      '{"Err":"No security module (Nitrokey HSM) is plugged into the machine. Plug it into a USB port of the machine."}',
    );
    mkdirSync(join(sys, "bus/usb/devices/1-1"), { recursive: true });
    writeFileSync(join(sys, "bus/usb/devices/1-1/idVendor"), "20a0\n");
    writeFileSync(join(sys, "bus/usb/devices/1-1/idProduct"), "4230\n");
    for (let count = 0; count < 2; count += 1) assert.equal(await ask('"attach-hsm"'), '{"Ok":null}');
    assert.equal(await ask('"detach-hsm"'), '{"Ok":null}');
    assert.equal(await ask('"detach-hsm"'), noneLent);
    stop();
    await result;
  });

  void test("a runner that cannot be asked for anything starts no machine, and the boot state is kept", async () => {
    const state = { alternative: "B", cycle: "first_boot" } as const;
    const { machine, commands, result, reach } = await runFakeGuest({
      state,
      before: ({ places }) => void mkdirSync(join(places.control, "in-the-way"), { recursive: true }),
    });
    await assert.rejects(result, { code: "ERR_FS_EISDIR" });
    await reach(kindIs("failed"));
    assert.deepEqual(commands, []);
    assert.deepEqual(await machine.bootState(), state);
  });

  void test("the upgrade VM runs the other slot, records nothing, and its end is the end", async () => {
    const role = { type: "upgrade" } as const;
    const { machine, commands, result, reach } = await runFakeGuest({ role, words: ["poweroff"] });
    await result;
    const line = commands[0]?.join(" ") ?? "";
    assert.match(line, /dfinity\.system=B/);
    assert.equal((await reach(kindIs("stopped"))).boots, 1);
    assert.deepEqual(await machine.bootState(), { alternative: "A", cycle: "stable" });

    const crashing = await runFakeGuest({ role, words: ["panic"] });
    await assert.rejects(crashing.result, { code: "guest-crashed", message: /the guest panicked/ });
  });

  void test("stopping while the machine is being started leaves nothing", async () => {
    const { result, stop, reach, machine } = await runFakeGuest();
    await reach(kindIs("starting"));
    stop();
    await result;
    assert.equal((await reach(() => true)).state.kind, "stopped");
    assert.equal(existsSync(join(machine.places.run, "qmp")), false);
  });
});
