import { createExec, createLogger, systemClock } from "@icos/system";
import { configureHost } from "../boot/configure-host.ts";
import { createLayout } from "../layout.ts";

/** Runs as root before everything else of the host. On failure systemd starts it again, so the message is repeated. */
const configured = await configureHost(
  createLayout(),
  {
    exec: createExec(),
    clock: systemClock,
    logger: createLogger(process.stderr, { journal: true, name: "hostos-boot" }),
  },
  { write: (line) => process.stdout.write(`${line}\n`) },
);
process.exitCode = configured ? 0 : 1;
