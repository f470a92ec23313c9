import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { describeError, IcosError, systemClock } from "@icos/system";
import { guestReportFrom } from "../console/guest-report.ts";
import { guestVmFrom } from "../console/guest-vm-file.ts";
import { hostFiles } from "../console/host-files.ts";
import { hostosCommand } from "../console/hostos-command.ts";
import { createObserver } from "../console/node-observer.ts";
import { rootActions } from "../console/root-actions.ts";

/** `/opt/ic/bin/hostos`: what the limited console can do, for whoever has a shell. */
const files = hostFiles();
const actions = rootActions();
const controller = new AbortController();
process.on("SIGINT", () => controller.abort());

async function confirm(question: string): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `)).trim());
  } finally {
    reader.close();
  }
}

try {
  const text = await hostosCommand(process.argv.slice(2), {
    actions,
    observer: createObserver({
      files,
      clock: systemClock,
      unitStates: () => actions.unitStates(),
      guestVm: guestVmFrom(files.guestVm),
      guestReport: guestReportFrom(files.guestHealth),
    }),
    confirm,
    readFile: (path) => readFile(path === "-" ? "/dev/stdin" : path, "utf8"),
    readGrubenv: () => readFile(files.grubenv),
    progress: (line) => void process.stderr.write(`${line}\n`),
    signal: controller.signal,
  });
  process.stdout.write(`${text}\n`);
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  if (error instanceof IcosError && error.next !== undefined) process.stderr.write(`${error.next}\n`);
  process.exitCode = error instanceof IcosError && error.code === "usage" ? 2 : 1;
}
