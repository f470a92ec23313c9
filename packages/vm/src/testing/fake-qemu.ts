/**
 * Stands in for QEMU: reads the QMP socket and the kernel command line from its arguments and behaves as `-append`
 * says, in words separated by spaces:
 *
 * - `ignore-powerdown`, `ignore-quit`: does not react;
 * - `fail`: exits with 1 and a line on standard error before it opens its socket;
 * - `reboot`, `poweroff`, `panic`, `crash`: ends so, 20 ms after a client has greeted it; after `cont` when started with `-S`.
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

rmSync(path, { force: true }); // as QEMU does
const qmp = await startFakeQmp(path, (command) => {
  if (command === "query-status") {
    setTimeout(endBySelf, 20);
    return { return: { running: true, status: "running" } };
  }
  if (command === "cont") setTimeout(endBySelf, 20);
  if (command === "system_powerdown" && !words.has("ignore-powerdown")) shutDown(true, "guest-shutdown");
  if (command === "system_reset") shutDown(false, "host-qmp-system-reset");
  if (command === "quit" && !words.has("ignore-quit")) shutDown(false, "host-qmp-quit");
  return { return: {} };
});
// A client gets the greeting and negotiates before anything happens by itself; a machine that waits does nothing.
if (!args.includes("-S")) setTimeout(endBySelf, 150);

function endBySelf(): void {
  if (words.has("reboot")) shutDown(true, "guest-reset");
  if (words.has("poweroff")) shutDown(true, "guest-shutdown");
  if (words.has("panic")) shutDown(true, "guest-panic");
  if (words.has("crash")) process.kill(process.pid, "SIGSEGV");
}

function shutDown(guest: boolean, reason: string): void {
  qmp.event("SHUTDOWN", { guest, reason });
  setImmediate(() => process.exit(0));
}
