import { createExec, createLogger, describeError, systemClock } from "@icos/system";
import { UPGRADE_DIRECTORY } from "../agent/host-upgrade.ts";
import { createLayout } from "../layout.ts";
import { bootStateStore } from "../upgrade/boot-state-store.ts";
import { installUpgrade } from "../upgrade/install-upgrade.ts";

/** Runs as root when the agent has downloaded a version; what it prints is what the guest is told. */
const layout = createLayout();
const logger = createLogger(process.stderr, { journal: true, name: "hostos-upgrade" });
try {
  const installed = await installUpgrade(layout, UPGRADE_DIRECTORY, {
    store: bootStateStore(layout, createExec()),
    now: () => systemClock.now(),
  });
  logger.log("info", "the next boot is the first of this version", { ...installed });
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
}
