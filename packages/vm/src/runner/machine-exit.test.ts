import assert from "node:assert/strict";
import { test } from "node:test";
import { exitOfEvent, machineExit } from "./machine-exit.ts";

void test("the reason of a crash is what QEMU said last, without its warnings", () => {
  const reason = (stderr: string): string => {
    const exit = machineExit({ code: 1, signal: null, stderr }, undefined);
    return exit.kind === "crash" ? exit.reason : exit.kind;
  };
  assert.equal(reason(""), "QEMU exited with 1");
  assert.equal(reason("qemu-system-x86_64: warning: odd"), "QEMU exited with 1");
  assert.equal(reason("qemu: warning: odd\nqemu: cannot open /x\n"), "QEMU exited with 1: qemu: cannot open /x");
});

void test("an announced end counts only when QEMU ended well", () => {
  const poweroff = { kind: "poweroff" } as const;
  assert.deepEqual(machineExit({ code: 0, signal: null, stderr: "" }, poweroff), poweroff);
  const killed = machineExit({ code: null, signal: "SIGKILL", stderr: "" }, poweroff);
  assert.deepEqual(killed, { kind: "crash", reason: "QEMU was ended by SIGKILL" });
});

void test("a machine that its watchdog resets has crashed, whatever is said of the reset", () => {
  const event = (name: string, data: Record<string, unknown>) => ({
    event: name,
    data,
    timestamp: { seconds: 0, microseconds: 0 },
  });
  const hung = exitOfEvent(event("WATCHDOG", { action: "reset" }), undefined);
  assert.equal(hung?.kind, "crash");
  const reset = event("SHUTDOWN", { guest: true, reason: "guest-reset" });
  assert.equal(exitOfEvent(reset, hung) ?? hung, hung);
  assert.deepEqual(exitOfEvent(reset, undefined), { kind: "reboot", cause: "guest" });
});
