import assert from "node:assert/strict";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { SpawnCommand } from "@icos/system";
import { testDirectory } from "../testing/directory.ts";
import { probeAccelerator } from "./probe-accelerator.ts";

const directory = testDirectory();
const device = join(directory, "kvm");
writeFileSync(device, "");

/** Runs a shell script where the probe machine would run. */
function probe(script: string, more: { readonly timeoutMs?: number; readonly device?: string } = {}) {
  const wrap: SpawnCommand = () => ["sh", "-c", script];
  return probeAccelerator({ kernel: "/k", initrd: "/i", marker: "PROBE-OK", device, ...more }, { wrap });
}

void test("KVM is used when a machine boots and switches itself off", async () => {
  assert.deepEqual(await probe("echo '[ 0.1] Linux'; echo PROBE-OK"), { kind: "kvm" });
});

void test("emulation is used when it does not, and the reason is in words", async () => {
  const reason = async (script: string, more?: Parameters<typeof probe>[1]): Promise<string> => {
    const found = await probe(script, more);
    assert.equal(found.kind, "tcg");
    return found.kind === "tcg" ? found.reason : "";
  };
  assert.match(
    await reason("echo panic; exit 0"),
    /a probe machine ended with code 0 before its program ran \(panic\)/,
  );
  assert.match(await reason("echo PROBE-OK; exit 3"), /ended with code 3$|ended with code 3 \(PROBE-OK\)/);
  assert.match(
    await reason("echo 'failed to set MSR 0x10a' >&2; exit 134"),
    /ended with code 134 .*\(failed to set MSR 0x10a\)/,
  );
  const hanging = "echo 'KVM internal error. Suberror: 1' >&2; sleep 60";
  assert.match(await reason(hanging), /a probe machine met a KVM internal error/);
  assert.match(await reason("echo PROBE-OK; sleep 60", { timeoutMs: 200 }), /did not finish within 0\.2 s/);
  assert.equal(await reason("", { device: join(directory, "none") }), `there is no ${join(directory, "none")}`);
});

void test("a device that may not be opened is no reason to boot anything", async (context) => {
  if (process.getuid?.() === 0) return context.skip("root may open everything");
  chmodSync(device, 0o000);
  const found = await probe("echo PROBE-OK");
  chmodSync(device, 0o600);
  assert.match(found.kind === "tcg" ? found.reason : "", /may not open/);
});
