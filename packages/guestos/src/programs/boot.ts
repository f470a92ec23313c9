import { chown } from "node:fs/promises";
import { createExec, createLogger, systemClock } from "@icos/system";
import { configureNode } from "../boot/configure-node.ts";
import { createLayout } from "../layout.ts";

/** Runs as root before everything else of the node. On failure systemd starts it again, so the message is repeated. */
const configured = await configureNode(
  createLayout(),
  {
    exec: createExec(),
    clock: systemClock,
    logger: createLogger(process.stderr, { journal: true, name: "guestos-boot" }),
    setOwner: (path, { uid, gid }) => chown(path, uid, gid),
  },
  { write: (line) => process.stdout.write(`${line}\n`) },
);
process.exitCode = configured ? 0 : 1;
