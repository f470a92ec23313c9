import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import * as v from "valibot";
import { IcosError } from "@icos/system";
import { findWatchdog, loadModules, wantedModules } from "./kernel-modules.ts";

const cpu = (vendor: string, flags: string): string => `processor\t: 0\nvendor_id\t: ${vendor}\nflags\t\t: ${flags}\n`;

void test("virtualisation is loaded for the processor that has it", () => {
  const watchdog = { watchdog: true };
  assert.ok(wantedModules(cpu("AuthenticAMD", "fpu svm"), watchdog).includes("kvm_amd"));
  assert.ok(wantedModules(cpu("GenuineIntel", "fpu vmx"), watchdog).includes("kvm_intel"));
  assert.ok(wantedModules(cpu("Somebody", "fpu svm"), watchdog).includes("kvm_amd"));
  for (const flags of ["fpu", ""])
    assert.ok(!wantedModules(cpu("AuthenticAMD", flags), watchdog).some((name) => name.startsWith("kvm")));
});

void test("what no device asks for is loaded on every machine, and is in the image", async () => {
  const always = ["vhost_vsock", "vhost_net", "tun", "bridge", "loop", "ipmi_devintf"];
  assert.deepEqual(wantedModules("", { watchdog: true }), always);
  const file = join(import.meta.dirname, "../../../../images/hostos/kernel-modules.json");
  const { keep } = v.parse(v.object({ keep: v.array(v.string()) }), JSON.parse(await readFile(file, "utf8")));
  const watchdogs = ["wdat_wdt", "sp5100_tco", "iTCO_wdt", "i6300esb", "softdog"];
  for (const name of [...always, ...watchdogs, "kvm_amd", "kvm_intel"]) assert.ok(keep.includes(name), name);
});

void test("the kernel's own watchdog is loaded where the hardware has none", () => {
  assert.ok(wantedModules("", { watchdog: false }).includes("softdog"));
  assert.ok(!wantedModules("", { watchdog: true }).includes("softdog"));
});

void test("a watchdog of the chipset is asked for before the kernel has to be one", async () => {
  const find = async (appears: (asked: number) => boolean): Promise<readonly unknown[]> => {
    const commands: string[] = [];
    const exec = {
      run: (command: readonly string[]) => {
        commands.push(command.join(" "));
        return Promise.reject(new IcosError("command-failed", "no such device"));
      },
    };
    return [await findWatchdog(exec, async () => appears(commands.length)), ...commands];
  };
  const modprobe = "modprobe --all --quiet wdat_wdt sp5100_tco iTCO_wdt i6300esb";
  assert.deepEqual(await find(() => true), [true]);
  assert.deepEqual(await find((asked) => asked > 0), [true, modprobe]);
  assert.deepEqual(await find(() => false), [false, modprobe]);
});

void test("a module that cannot be loaded is named, and the others are loaded", async () => {
  const loaded: string[] = [];
  const exec = {
    run: ([, name = ""]: readonly string[]) => {
      if (name === "tun") return Promise.reject(new IcosError("command-failed", "no such module"));
      loaded.push(name);
      return Promise.resolve({ stdout: Buffer.alloc(0), stderr: "" });
    },
  };
  assert.deepEqual(await loadModules(exec, ["vhost_net", "tun", "bridge"]), ["tun"]);
  assert.deepEqual(loaded, ["vhost_net", "bridge"]);
});
