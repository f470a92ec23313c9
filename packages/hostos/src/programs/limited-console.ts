import { fchmodSync } from "node:fs";
import { ReadStream, WriteStream } from "node:tty";
import { createExec, systemClock } from "@icos/system";
import { guestReportFrom } from "../console/guest-report.ts";
import { guestVmFrom } from "../console/guest-vm-file.ts";
import { hostFiles } from "../console/host-files.ts";
import { createObserver } from "../console/node-observer.ts";
import { openTerminal } from "../console/node-terminal.ts";
import { rootActions } from "../console/root-actions.ts";
import { runSession } from "../console/session.ts";
import { TerminalClosed } from "../console/terminal.ts";

/** `limited-console@TTY.service`; arguments: the terminal's name, and for tests the root of the host's files. */
const [tty = "tty1", root] = process.argv.slice(2);
const IDLE_MS = 10 * 60_000;

const files = hostFiles(root);
const actions = rootActions();
// A screen is repainted; whoever reads a serial line may be keeping what it says.
const form = /^tty\d+$/.test(tty) ? "screen" : "line";
// systemd gives the terminal to this account alone; what the host tells its operator is written by others of its group.
try {
  fchmodSync(0, 0o620);
} catch {
  // Whose terminal it is decides.
}
const terminal = openTerminal(new ReadStream(0), new WriteStream(1), form);
const clock = systemClock;
const observer = createObserver({
  files,
  clock,
  unitStates: () => actions.unitStates(),
  guestVm: guestVmFrom(files.guestVm),
  guestReport: guestReportFrom(files.guestHealth),
});
// In raw mode no key sends a signal; what others send ends the console, and systemd starts a new one.
for (const signal of ["SIGTSTP", "SIGTTIN", "SIGTTOU"] as const) process.on(signal, () => undefined);
try {
  await runSession({ terminal, observer, actions, clock, exec: createExec(), idle: IDLE_MS });
} catch (error) {
  if (!(error instanceof TerminalClosed)) throw error;
}
process.exit();
