/**
 * Stands in for QEMU: reads the QMP socket and the kernel command line from its arguments and behaves as `-append`
 * says, in words separated by spaces:
 *
 * - `ignore-powerdown`, `ignore-quit`: does not react;
 * - `fail`: exits with 1 and a line on standard error before it opens its socket;
 * - `reboot`, `poweroff`, `panic`, `watchdog`, `crash`: ends so, 20 ms after a client has greeted it; after `cont` when started with `-S`.
 */
import { rmSync } from "node:fs";
import { startFakeQmp } from "./fake-qmp.ts";

const args = process.argv.slice(2);
const words = new Set((args[args.indexOf("-append") + 1] ?? "").split(" "));
const path = /^socket,id=qmp,path=([^,]*)/.exec(args.find((arg) => arg.startsWith("socket,id=qmp")) ?? "")?.[1] ?? "";

if (words.has("fail")) {
  process.stderr.write("qemu-system-x86_64: something is wrong\n");
  process.exit(1);
}

/** Ids of what was plugged in. */
const devices = new Set<string>();

rmSync(path, { force: true }); // as QEMU does
const qmp = await startFakeQmp(path, (command, args) => {
  if (command === "query-status") {
    setTimeout(endBySelf, 20);
    return { return: { running: true, status: "running" } };
  }
  if (command === "qom-list") return { return: [...devices].map((name) => ({ name, type: "child<usb-host>" })) };
  if (command === "device_add" || command === "device_del") return plug(command, (args as { id: string }).id);
  if (command === "cont") setTimeout(endBySelf, 20);
  if (command === "system_powerdown" && !words.has("ignore-powerdown")) shutDown(true, "guest-shutdown");
  if (command === "system_reset") shutDown(false, "host-qmp-system-reset");
  if (command === "quit" && !words.has("ignore-quit")) shutDown(false, "host-qmp-quit");
  return { return: {} };
});
// A client gets the greeting and negotiates before anything happens by itself; a machine that waits does nothing.
if (!args.includes("-S")) setTimeout(endBySelf, 150);

/** In QEMU 10's words. */
function plug(command: "device_add" | "device_del", id: string): object {
  if (command === "device_add" && devices.has(id)) {
    return { error: { class: "GenericError", desc: `Duplicate device ID '${id}'` } };
  }
  if (command === "device_del" && !devices.has(id)) {
    return { error: { class: "DeviceNotFound", desc: `Device '${id}' not found` } };
  }
  if (command === "device_add") devices.add(id);
  else devices.delete(id);
  return { return: {} };
}

function endBySelf(): void {
  if (words.has("reboot")) shutDown(true, "guest-reset");
  if (words.has("poweroff")) shutDown(true, "guest-shutdown");
  if (words.has("panic")) shutDown(true, "guest-panic");
  if (words.has("watchdog")) {
    qmp.event("WATCHDOG", { action: "reset" });
    shutDown(true, "guest-reset");
  }
  if (words.has("crash")) process.kill(process.pid, "SIGSEGV");
}

function shutDown(guest: boolean, reason: string): void {
  qmp.event("SHUTDOWN", { guest, reason });
  setImmediate(() => process.exit(0));
}
